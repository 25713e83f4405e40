import type { Join } from './item.ts'
import { linkedMessages, linksMessages, threadKey } from './link.ts'
import type { Told } from './merge-told.ts'
import type { Namespace } from './record.ts'

/** Sources beside audit records and Graph's items: why their records are part of an item is said. */
const TOLD_WHY: ReadonlySet<Namespace> = new Set(['ediscovery', 'telemetry', 'transcript'])

/** True for the records of an item whose joins must be told. */
export function isToldWhy({ facts }: Told): boolean {
  return TOLD_WHY.has(facts.namespace)
}

type Basis = 'message-id' | 'request-id'

/**
 * By what the rows of eDiscovery, telemetry and transcripts belong to their item: the message, else the request, that
 * another record of it names. `likely` where a thread agrees only without its punctuation. Not for what is joined as
 * a version of the same record.
 */
export function joinsBySource(records: readonly Told[]): readonly Join[] {
  const told = records.filter(isToldWhy)
  if (told.length === 0 || records.length === 1) return []
  const holders = holdersIn(records)
  const joins = new Map<
    string,
    { basis: Basis; confidence: Join['confidence']; sequences: number[] }
  >()
  for (const record of told) {
    const found = whyOf(record, holders)
    if (found === null) continue
    const key = `${found.basis} ${found.confidence}`
    const known = joins.get(key)
    if (known === undefined) joins.set(key, { ...found, sequences: [record.sequence] })
    else known.sequences.push(record.sequence)
  }
  return [...joins.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { basis, confidence, sequences }]) => ({
      basis,
      confidence,
      sequences: sequences.toSorted((a, b) => a - b),
    }))
}

/** Which identities name a message or a request, and how each spells its session; a few of each are enough to know. */
type Holders = ReadonlyMap<string, readonly Holder[]>

interface Holder {
  readonly identity: string
  readonly session: string
}

const MAX_HOLDERS = 4

function holdersIn(records: readonly Told[]): Holders {
  const holders = new Map<string, Holder[]>()
  for (const record of records) {
    const holder = { identity: record.identity, session: record.facts.sessionId ?? '' }
    for (const [, key] of keysOf(record)) {
      const list = holders.get(key)
      if (list === undefined) holders.set(key, [holder])
      else if (list.length < MAX_HOLDERS && !hasSame(list, holder)) list.push(holder)
    }
  }
  return holders
}

/** Two that spell the session alike are enough for each other and for all further ones. */
function hasSame(list: readonly Holder[], { identity, session }: Holder): boolean {
  if (list.some((one) => one.identity === identity)) return true
  return list.filter((one) => one.session === session).length > 1
}

function whyOf(
  record: Told,
  holders: Holders,
): { readonly basis: Basis; readonly confidence: Join['confidence'] } | null {
  for (const [basis, key] of keysOf(record)) {
    const others = (holders.get(key) ?? []).filter(({ identity }) => identity !== record.identity)
    if (others.length === 0) continue
    const alike = others.some(({ session }) => session === record.facts.sessionId)
    return { basis, confidence: alike ? 'certain' : 'likely' }
  }
  return null
}

function keysOf(record: Told): readonly (readonly [Basis, string])[] {
  const { facts } = record
  if (!linksMessages(facts) || facts.sessionId === null) return []
  const session = threadKey(facts.sessionId)
  const keys: (readonly [Basis, string])[] = []
  for (const { id } of facts.messages.slice(0, linkedMessages(facts)))
    if (id !== '') keys.push(['message-id', `m${session.length}:${session}${id}`])
  if (facts.requestId !== null)
    keys.push(['request-id', `r${session.length}:${session}${facts.requestId}`])
  return keys
}
