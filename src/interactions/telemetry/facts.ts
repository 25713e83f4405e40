import type { Intake, ReadContext } from '../record.ts'
import { unmappedIntake } from '../unmapped.ts'

/** What one record of Application Insights says. */
export function telemetryIntake(raw: string, context: ReadContext): Intake {
  return unmappedIntake(raw, context, 'not read yet')
}
