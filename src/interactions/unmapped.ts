import type { Facts, Intake, Namespace, ReadContext, RecordFormat } from './record.ts'
import { searchableStart } from './searchable-text.ts'

/** Which authority issues the ids of a format's records. */
const NAMESPACES: Readonly<Record<RecordFormat, Namespace>> = {
  audit: 'audit',
  'audit-row': 'audit',
  'audit-csv': 'audit',
  'ai-interaction': 'interaction',
  'pax-csv': 'audit',
  'pax-row': 'audit',
  explorer: 'explorer',
  'explorer-csv': 'explorer',
  'ediscovery-csv': 'ediscovery',
  telemetry: 'telemetry',
  'telemetry-csv': 'telemetry',
  transcript: 'transcript',
  'transcript-csv': 'transcript',
}

/** Facts that say nothing but the format: what every reader of a shape begins with. */
export function emptyFacts(format: RecordFormat): Facts {
  return {
    format,
    namespace: NAMESPACES[format],
    nativeId: null,
    tenantId: null,
    kind: 'other',
    recordType: '',
    recordTypeNumber: null,
    operation: '',
    workload: '',
    unmapped: null,
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
    text: '',
  }
}

/** A record that could not be understood: kept, and found by its words. `unmapped`: a short reason without content. */
function unmappedFacts(raw: string, context: ReadContext, unmapped: string): Facts {
  return { ...emptyFacts(context.format), unmapped, text: searchableStart(raw) }
}

export function unmappedIntake(raw: string, context: ReadContext, unmapped: string): Intake {
  return { facts: unmappedFacts(raw, context, unmapped), notAi: null }
}
