import { creditsOf, isDeepReasoning, type CreditRuleSet } from './credits.ts'
import { findingsOf } from './findings.ts'
import type { Item } from './item.ts'
import { isToldWhy, joinsBySource } from './joins.ts'
import * as fields from './merge-fields.ts'
import { mergeMessages } from './merge-messages.ts'
import { mergePeople } from './merge-people.ts'
import { Provenance } from './merge-provenance.ts'
import { mergeResources } from './merge-resources.ts'
import { byAuthority, type Told } from './merge-told.ts'
import { rankVersions } from './merge-versions.ts'
import { withoutCovered } from './projection-residue.ts'
import { joinsOf, recordIdsOf } from './projections.ts'

/** What an item is called, and by which rules it is priced. */
export interface MergeOptions {
  readonly id: string
  readonly tenantId: string
  readonly creditRules: CreditRuleSet
}

/** One item out of all its records. Field by field: docs/spec/reconciliation.md, "Fields". */
export function mergeItem(records: Told[], { id, tenantId, creditRules }: MergeOptions): Item {
  const versions = rankVersions(records)
  const isProjected = records.some(({ facts }) => facts.projection !== undefined)
  const shown = isProjected ? withoutCovered(records) : records
  const tellings = shown.length > 1 ? shown.toSorted(byAuthority) : shown
  const joins = [
    ...(isProjected ? joinsOf(records) : []),
    ...(records.some(isToldWhy) ? joinsBySource(records) : []),
  ]
  const from = new Provenance(tellings)
  const messages = mergeMessages(tellings)
  const resources = mergeResources(tellings)
  const custodians = mergePeople(tellings)
  const kind = fields.kindOf(tellings, from)
  const surface = fields.surfaceOf(tellings, from)
  const setting = fields.settingOf(tellings, from)
  const agent = fields.agentOf(tellings, from)
  const models = fields.modelsOf(from)
  const tenantGrounded = from.flag('tenantGrounded', (facts) => facts.tenantGrounded)
  const times = fields.timesOf(tellings, messages, from)
  from.note('custodians', ({ facts }) => facts.user !== null || facts.custodian !== undefined)
  from.note('messages', ({ facts }) => facts.messages.length > 0)
  from.note('resources', ({ facts }) => facts.resources.length > 0)
  return {
    id,
    tenantId,
    kind,
    occurredAt: times.occurredAt,
    timeBasis: times.timeBasis,
    receivedAt: times.receivedAt,
    custodians,
    surface,
    setting,
    sessionId: from.first('sessionId', 'sessionId'),
    requestIds: from.all('requestIds', 'requestId'),
    conversationId: from.first('conversationId', 'conversationId'),
    correlationIds: from.all('correlationIds', 'correlationId'),
    operations: from.all('operations', 'operation'),
    recordTypes: from.all('recordTypes', 'recordType'),
    recordTypeNumbers: fields.recordTypeNumbersOf(tellings, from),
    workloads: from.all('workloads', 'workload'),
    clientIps: from.all('clientIps', 'clientIp'),
    regions: from.all('regions', 'region'),
    locale: from.first('locale', 'locale'),
    contexts: fields.contextsOf(from),
    agent,
    messages: messages.messages,
    resources: resources.resources,
    plugins: from.union('plugins', 'plugins'),
    models,
    labels: from.union('labels', 'labels'),
    jailbreak: from.flag('jailbreak', fields.jailbreakIn),
    xpia: from.flag('xpia', fields.xpiaIn),
    web: from.flag('web', ({ web }) => web),
    tenantGrounded,
    automatic: fields.automaticOf(messages.messages, from),
    dlp: fields.dlpOf(tellings, from),
    credits: creditsOf(
      {
        kind,
        audited: messages.isAudited,
        agent,
        messages: messages.messages.length,
        answers: messages.answers,
        tenantGrounded,
        deepReasoning: models.some(({ name }) => isDeepReasoning(name)),
      },
      creditRules,
    ),
    text: from.inOrder('text', 'text').join('\n'),
    unmapped: from.all('unmapped', 'unmapped').join('; ') || null,
    sources: fields.sourcesOf(records),
    recordIds: isProjected ? recordIdsOf(records) : from.all('recordIds', 'nativeId'),
    sequences: ascending(records),
    versions: versions.reduce((others, { length }) => others + length - 1, 0),
    ...(joins.length === 0 ? NO_JOINS : { joins }),
    findings: findingsOf(tellings, {
      kind,
      surface,
      setting,
      agent,
      custodians,
      messages,
      resources,
      versions,
    }),
    provenance: from.noted,
  }
}

const NO_JOINS = {}

function ascending(records: readonly Told[]): number[] {
  const sequences = records.map(({ sequence }) => sequence)
  return sequences.length > 1 ? sequences.toSorted((a, b) => a - b) : sequences
}
