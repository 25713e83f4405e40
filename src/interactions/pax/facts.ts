import { auditFacts } from '../audit-facts.ts'
import { notAiOf } from '../not-ai.ts'
import { projectionId } from '../projections.ts'
import type { Facts, Intake, ReadContext } from '../record.ts'
import { formOfRow } from '../semantic-form.ts'
import { unmappedIntake } from '../unmapped.ts'
import { cellsOfRow } from './columns.ts'
import { recordOfRow } from './record.ts'

/**
 * What one row of a flattened export says: one element of each list of the audit record it was made from, and the fields
 * around them repeated. A projection: its id is the record's with a digest of the row, so it is never a version of it.
 */
export function paxIntake(raw: string, context: ReadContext): Intake {
  const cells = cellsOfRow(raw, context)
  if (cells === null) return unmappedIntake(raw, context, 'not a JSON object')
  const record = recordOfRow(cells)
  const facts = ofOneRow(auditFacts(record, context.format, null))
  if (facts.unmapped !== null) return unmappedIntake(raw, context, facts.unmapped)
  const of = facts.nativeId
  const notAi = notAiOf(record)
  if (of === null) return { facts, notAi }
  const nativeId = projectionId(of, formOfRow(raw, cells))
  return { facts: { ...facts, nativeId, projection: { of } }, notAi }
}

/** A row holds one element of each list: what it lacks, another row may have. So it never says no. */
function ofOneRow(facts: Facts): Facts {
  return {
    ...facts,
    setting: facts.contexts.length === 0 ? null : facts.setting,
    web: facts.web || null,
    tenantGrounded: facts.tenantGrounded || null,
  }
}
