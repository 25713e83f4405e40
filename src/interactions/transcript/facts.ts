import type { Intake, ReadContext } from '../record.ts'
import { unmappedIntake } from '../unmapped.ts'

/** What one record of Copilot Studio transcripts says. */
export function transcriptIntake(raw: string, context: ReadContext): Intake {
  return unmappedIntake(raw, context, 'not read yet')
}
