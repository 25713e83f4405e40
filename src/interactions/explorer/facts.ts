import type { Intake, ReadContext } from '../record.ts'
import { unmappedIntake } from '../unmapped.ts'

/** What one record of Activity Explorer says. */
export function explorerIntake(raw: string, context: ReadContext): Intake {
  return unmappedIntake(raw, context, 'not read yet')
}
