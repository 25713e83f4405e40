import type { Intake, ReadContext } from '../record.ts'
import { unmappedIntake } from '../unmapped.ts'

/** What one record of an eDiscovery items report says. */
export function ediscoveryIntake(raw: string, context: ReadContext): Intake {
  return unmappedIntake(raw, context, 'not read yet')
}
