import type { Facts, Intake, ReadContext, RecordFormat } from './record.ts'
import { auditFacts } from './audit-facts.ts'
import { unwrapped } from './audit-record.ts'
import { ediscoveryIntake } from './ediscovery/facts.ts'
import { explorerIntake } from './explorer/facts.ts'
import { graphSpelled, parsedRecord } from './fields.ts'
import { interactionFacts } from './interaction-facts.ts'
import { notAiOf } from './not-ai.ts'
import { notifiedItem } from './notification.ts'
import { paxIntake } from './pax/facts.ts'
import { projectionId } from './projections.ts'
import { searchableStart } from './searchable-text.ts'
import { telemetryIntake } from './telemetry/facts.ts'
import { transcriptIntake } from './transcript/facts.ts'
import { unmappedIntake } from './unmapped.ts'

/**
 * What one record's exact text says, in our words. Pure and total: the same text gives the same facts on every run,
 * and text that is no record gives facts with `unmapped` set (a short reason without content), never an exception.
 * Rules and sources: docs/spec/interaction-model.md.
 */
export function intake(raw: string, context: ReadContext): Intake {
  try {
    return READERS[context.format](raw, context)
  } catch {
    // A fault of ours must not lose evidence: the record is kept, and found by its words.
    return unmappedIntake(raw, context, 'could not be read')
  }
}

const READERS: Readonly<Record<RecordFormat, (raw: string, context: ReadContext) => Intake>> = {
  audit,
  'audit-row': audit,
  'audit-csv': audit,
  'ai-interaction': interaction,
  'pax-csv': paxIntake,
  'pax-row': paxIntake,
  explorer: explorerIntake,
  'explorer-csv': explorerIntake,
  'ediscovery-csv': ediscoveryIntake,
  telemetry: telemetryIntake,
  'telemetry-csv': telemetryIntake,
  transcript: transcriptIntake,
  'transcript-csv': transcriptIntake,
}

function audit(raw: string, context: ReadContext): Intake {
  const found = unwrapped(raw, context)
  if (found === null) return unmappedIntake(raw, context, 'not a JSON object')
  const facts = auditFacts(found.record, context.format, found.unmapped)
  if (facts.unmapped !== null) {
    const text = searchableStart(raw)
    const of = facts.nativeId
    // A row whose AuditData is lost or cut off (Excel cuts at 32,767 characters) is no version of the whole record.
    if (found.unmapped === null || of === null) return { facts: { ...facts, text }, notAi: null }
    const nativeId = projectionId(of, raw)
    return { facts: { ...facts, nativeId, projection: { of }, text }, notAi: null }
  }
  return { facts, notAi: notAiOf(found.record) }
}

function interaction(raw: string, context: ReadContext): Intake {
  const item = parsedRecord(raw)
  if (item === null) return unmappedIntake(raw, context, 'not a JSON object')
  const notified = notifiedItem(item)
  const facts = withTenant(
    interactionFacts(notified?.item ?? graphSpelled(item), context),
    notified?.tenantId ?? null,
  )
  if (facts.unmapped !== null) return unmappedIntake(raw, context, facts.unmapped)
  return { facts, notAi: null }
}

/** A notification names the tenant of its subscription; answers name none themselves. */
function withTenant(facts: Facts, tenantId: string | null): Facts {
  return tenantId === null || facts.tenantId !== null ? facts : { ...facts, tenantId }
}
