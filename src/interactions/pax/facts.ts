import type { Intake, ReadContext } from '../record.ts'
import { unmappedIntake } from '../unmapped.ts'

/** What one record of flattened audit records says. */
export function paxIntake(raw: string, context: ReadContext): Intake {
  return unmappedIntake(raw, context, 'not read yet')
}
