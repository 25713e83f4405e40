import { creditsOf, isDeepReasoning, type CreditRuleSet } from './credits.ts'
import { findingsOf } from './findings.ts'
import type { Item, ItemMessage } from './item.ts'
import { mergeFields } from './merge-fields.ts'
import { mergeMessages } from './merge-messages.ts'
import { mergePeople } from './merge-people.ts'
import { mergeResources } from './merge-resources.ts'
import { byAuthority, eitherFlag, type Told } from './merge-told.ts'
import { supersede } from './merge-versions.ts'
import type { Flag, Role } from './record.ts'

/** What an item is called, and by which rules it is priced. */
export interface MergeOptions {
  readonly id: string
  readonly tenantId: string
  readonly creditRules: CreditRuleSet
}

/** One item out of all its records. Field by field: docs/spec/reconciliation.md, "Fields". */
export function mergeItem(records: Told[], { id, tenantId, creditRules }: MergeOptions): Item {
  const versions = supersede(records)
  const tellings = records.length > 1 ? records.toSorted(byAuthority) : records
  const merged = mergeMessages(tellings)
  const resources = mergeResources(tellings)
  const custodians = mergePeople(tellings)
  const fields = mergeFields(tellings, merged, resources, custodians)
  const { agent, kind, models, setting, surface, tenantGrounded } = fields.values
  const credits = creditsOf(
    {
      kind,
      audited: tellings.some(({ facts }) => facts.namespace === 'audit'),
      agent,
      messages: merged.messages.length,
      answers: merged.messages.filter(({ role }) => role === 'answer').length,
      tenantGrounded,
      deepReasoning: models.some(({ name }) => isDeepReasoning(name)),
    },
    creditRules,
  )
  return {
    id,
    tenantId,
    ...fields.values,
    custodians,
    messages: merged.messages,
    resources: resources.resources,
    automatic: automaticOf(merged.messages),
    credits,
    sequences: ascending(records),
    versions: versions.reduce((others, { length }) => others + length - 1, 0),
    findings: findingsOf(tellings, {
      kind,
      surface,
      setting,
      agent,
      custodians,
      messages: merged,
      resources,
      versions,
    }),
    provenance: fields.provenance,
  }
}

/** An exchange is automatic when a prompt is; only where no prompt says anything do the answers count. */
function automaticOf(messages: readonly ItemMessage[]): Flag {
  const flagOf = (role: Role) =>
    messages.reduce<Flag>(
      (flag, message) => (message.role === role ? eitherFlag(flag, message.automatic) : flag),
      null,
    )
  return flagOf('prompt') ?? flagOf('answer')
}

function ascending(records: readonly Told[]): number[] {
  const sequences = records.map(({ sequence }) => sequence)
  return sequences.length > 1 ? sequences.toSorted((a, b) => a - b) : sequences
}
