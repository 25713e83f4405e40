import { hash } from 'node:crypto'
import { DEFAULT_CREDIT_RULES, type CreditRuleSet } from './credits.ts'
import type { Item, Part } from './item.ts'
import { conversationOf, eachLink, linkedMessages, linksMessages } from './link.ts'
import { compare, toldOf, type Told } from './merge-told.ts'
import { mergeItem } from './merge.ts'
import { joinProjections, projectionKey, type ProjectedPart } from './projections.ts'
import { Groups } from './reconcile-groups.ts'
import type { Facts } from './record.ts'
import { pairTwins, type TwinCandidate } from './twins.ts'

export interface ReconcileOptions {
  /** Tenant of the archive the parts are from: their sequences are its. Default: what an item's own records say. */
  readonly tenantId?: string
  readonly creditRules?: CreditRuleSet
}

/**
 * The items that a set of records make: exchanges reconciled from all records that tell of them, and the records that
 * belong to none. Pure; the order of `parts`, and parts given twice, change nothing. What comes out is right when every
 * part is there that shares a link (`linksOf`) with one that is, directly or through others. Items come in the order of their first records.
 */
export function reconcile(parts: readonly Part[], options: ReconcileOptions = {}): Item[] {
  const tellings = onePerSequence(parts)
  const creditRules = options.creditRules ?? DEFAULT_CREDIT_RULES
  const groups = groupByKeys(tellings)
  joinTwins(tellings, groups)

  const members: (Told[] | undefined)[] = []
  const items: Item[] = []
  for (const [index, told] of tellings.entries()) {
    const group = groups.of(index)
    const known = members[group]
    if (known === undefined) members[group] = [told]
    else known.push(told)
  }
  for (const records of members) {
    if (records === undefined) continue
    const id = itemIdOf(records, options.tenantId ?? '')
    const tenantId = options.tenantId ?? tenantOf(records)
    items.push(mergeItem(records, { id, tenantId, creditRules }))
  }
  return items
}

function onePerSequence(parts: readonly Part[]): Told[] {
  if (isAscending(parts)) return parts.map(toldOf)
  const bySequence = new Map<number, Told>()
  for (const part of parts)
    if (!bySequence.has(part.sequence)) bySequence.set(part.sequence, toldOf(part))
  return [...bySequence.values()].toSorted((a, b) => a.sequence - b.sequence)
}

function isAscending(parts: readonly Part[]): boolean {
  let last = -Infinity
  for (const { sequence } of parts) {
    if (sequence <= last) return false
    last = sequence
  }
  return true
}

function tenantOf(tellings: readonly Told[]): string {
  let tenantId: string | null = null
  for (const { facts } of tellings)
    if (facts.tenantId !== null && (tenantId === null || facts.tenantId < tenantId))
      tenantId = facts.tenantId
  return tenantId ?? 'unassigned'
}

/** The very keys that the index looks up, compared whole: a collision of their hashes joins nothing here. */
function groupByKeys(tellings: readonly Told[]): Groups {
  const groups = new Groups(tellings.length)
  const firstWith = new Map<string, number>()
  const projected: ProjectedPart[] = []
  for (const [index, told] of tellings.entries()) {
    const { facts } = told
    if (facts.projection !== undefined) {
      projected.push({ index, of: facts.projection.of, told, messageKeys: messageKeysOf(facts) })
      continue
    }
    eachLink(facts, (key, _day, kind) => {
      if (kind === 'conversation') return
      const first = firstWith.get(key)
      if (first === undefined) firstWith.set(key, index)
      else groups.join(first, index)
    })
  }
  joinProjections(projected, tellings, groups, firstWith)
  return groups
}

function messageKeysOf(facts: Facts): string[] {
  const keys: string[] = []
  eachLink(facts, (key, _day, kind) => {
    if (kind === 'message' || kind === 'request') keys.push(key)
  })
  return keys
}

function joinTwins(tellings: readonly Told[], groups: Groups): void {
  const candidates: TwinCandidate[] = []
  const clients = new Set<number>()
  for (const [index, told] of tellings.entries()) {
    if (told.facts.messages.length > 0) clients.add(groups.of(index))
    const conversation = conversationOf(told.facts)
    if (conversation !== null)
      candidates.push({ group: groups.of(index), told, conversation, client: false })
  }
  if (candidates.length < 2) return
  const pairs = pairTwins(
    candidates.map((candidate) => ({ ...candidate, client: clients.has(candidate.group) })),
  )
  if (pairs.length === 0) return
  const twins = new Set(pairs.map(({ twin }) => twin))
  for (const [index, told] of tellings.entries()) told.twin = twins.has(groups.of(index))
  for (const { twin, of } of pairs) groups.join(twin, of)
}

/**
 * A function of what the records share, never of their order: session and smallest message id, else the smallest
 * identity. Projections count only where there is nothing else. A late part with a smaller message id changes it: the caller then removes the item of the old id.
 */
function itemIdOf(records: readonly Told[], tenantId: string): string {
  let session: string | null = null
  let message = ''
  let identity: string | null = null
  const rows = projectionKey(records)
  if (rows !== null) return hash('sha256', `rows\n${tenantId}\n${rows}`, 'hex').slice(0, 32)
  for (const told of records) {
    const { facts } = told
    if (facts.projection !== undefined) continue
    if (identity === null || told.identity < identity) identity = told.identity
    if (!linksMessages(facts) || facts.sessionId === null) continue
    for (let i = linkedMessages(facts) - 1; i >= 0; i -= 1) {
      const id = facts.messages[i]?.id ?? ''
      if (id === '') continue
      const smaller =
        session === null ||
        (compare(facts.sessionId, session) || id.length - message.length || compare(id, message)) <
          0
      if (smaller) {
        session = facts.sessionId
        message = id
      }
    }
  }
  const key =
    session === null
      ? `record\n${tenantId}\n${identity ?? ''}`
      : `exchange\n${tenantId}\n${session.length}\n${session}${message}`
  return hash('sha256', key, 'hex').slice(0, 32)
}
