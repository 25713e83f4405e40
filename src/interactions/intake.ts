import type { Facts, Intake, ReadContext } from './record.ts'
import { auditFacts } from './audit-facts.ts'
import { unwrapped } from './audit-record.ts'
import { graphSpelled, isFields, parsedFields, word } from './fields.ts'
import type { Fields } from './fields.ts'
import { interactionFacts } from './interaction-facts.ts'
import { notAboutAi } from './not-ai.ts'
import { recordTypeOf } from './record-types.ts'
import { searchableStart } from './searchable-text.ts'

/**
 * What one record's exact text says, in our words. Pure and total: the same text gives the same facts on every run,
 * and text that is no record gives facts with `unmapped` set (a short reason without content), never an exception.
 * Rules and sources: docs/spec/interaction-model.md.
 */
export function intake(raw: string, context: ReadContext): Intake {
  try {
    return context.format === 'ai-interaction' ? interaction(raw, context) : audit(raw, context)
  } catch {
    // A fault of ours must not lose evidence: the record is kept, and found by its words.
    return { facts: unmappedFacts(raw, context, 'could not be read'), notAi: null }
  }
}

function audit(raw: string, context: ReadContext): Intake {
  const found = unwrapped(raw, context)
  if (found === null)
    return { facts: unmappedFacts(raw, context, 'not a JSON object'), notAi: null }
  const facts = auditFacts(found.record, context.format, found.unmapped)
  if (facts.unmapped !== null)
    return { facts: { ...facts, text: searchableStart(raw) }, notAi: null }
  return { facts, notAi: notAiOf(found.record) }
}

function notAiOf(record: Fields): string | null {
  const aboutCopilot =
    isFields(record['CopilotEventData']) ||
    record['AppHost'] !== undefined ||
    record['AccessedResources'] !== undefined
  if (aboutCopilot) return null
  const operation = word(record['Operation']) ?? ''
  const workload = word(record['Workload']) ?? ''
  return notAboutAi(recordTypeOf(record['RecordType']), operation, workload)
}

function interaction(raw: string, context: ReadContext): Intake {
  const item = parsedFields(raw)
  if (item === null) return { facts: unmappedFacts(raw, context, 'not a JSON object'), notAi: null }
  const facts = interactionFacts(graphSpelled(item), context)
  if (facts.unmapped !== null) {
    return { facts: unmappedFacts(raw, context, facts.unmapped), notAi: null }
  }
  return { facts, notAi: null }
}

function unmappedFacts(raw: string, context: ReadContext, unmapped: string): Facts {
  return {
    format: context.format,
    namespace: context.format === 'ai-interaction' ? 'interaction' : 'audit',
    nativeId: null,
    tenantId: null,
    kind: 'other',
    recordType: '',
    recordTypeNumber: null,
    operation: '',
    workload: '',
    unmapped,
    occurredAt: null,
    user: null,
    userType: null,
    clientIp: null,
    region: null,
    locale: null,
    surface: null,
    servedSurface: null,
    setting: null,
    contexts: [],
    sessionId: null,
    requestId: null,
    conversationId: null,
    correlationId: null,
    agent: null,
    messages: [],
    resources: [],
    plugins: [],
    models: [],
    web: null,
    tenantGrounded: null,
    dlp: null,
    labels: [],
    text: searchableStart(raw),
  }
}
