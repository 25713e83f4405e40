import { linkHash } from './link-hash.ts'
import type { Link } from './item.ts'
import type { Facts, Kind } from './record.ts'

// What ties records together. `linksOf` (the index's look-up) and `reconcile` (the grouping) both walk `eachLink`, so
// that a batch, a late part and a rebuilt index always come to the same items. Rules: docs/spec/reconciliation.md.

const DAY_MS = 86_400_000
/** Days fit 16 bits (until 2149-06-06); whatever lies outside is a broken time and counts as unknown. */
const LAST_DAY = 65_535
/** A prompt and its answers lie at most 2 × this apart when midnight is between them (long agent runs take half an hour). */
const REQUEST_MARGIN_MS = 3_600_000
/** Twins lie at most 120 s apart: two records within 2 × this of each other always share a bucket. */
const TWIN_MARGIN_MS = 60_000
const TWIN_BUCKET_MS = 600_000
/** A record that lists more messages than this is hostile or broken; the rest of them link nothing. */
const MAX_LINKED_MESSAGES = 256

/**
 * Called for each key: two records that are given the same key belong to the same cluster. `day`: days since 1970-01-01
 * UTC, 0 when unknown; a function of the key, so that the index may be ordered by day. `conversation` keys only bring
 * possible twins together, `projection` keys what claims to render one record; all others make one item.
 */
export type LinkVisitor = (key: string, day: number, kind: LinkKind) => void

type LinkKind = 'message' | 'request' | 'identity' | 'conversation' | 'projection'

/** Calls `visit` for every key of a record; no key is built from text that people wrote. */
export function eachLink(facts: Facts, visit: LinkVisitor): void {
  const linked = linksMessages(facts) ? eachMessageLink(facts, visit) : 0
  // The same key as of a record without messages; one with messages meets its rows by those.
  if (facts.projection !== undefined)
    visit(keyOf('i', 'audit', facts.projection.of), 0, 'projection')
  // Versions share their messages. Only a record without any needs its identity to meet its versions.
  else if (linked === 0 && facts.nativeId !== null)
    visit(keyOf('i', facts.namespace, facts.nativeId), 0, 'identity')
  const conversation = conversationOf(facts)
  if (conversation !== null) {
    eachBucket(timeOf(facts.occurredAt), TWIN_BUCKET_MS, TWIN_MARGIN_MS, (bucket) => {
      visit(`c${bucket}:${conversation}`, dayOf(bucket * TWIN_BUCKET_MS), 'conversation')
    })
  }
}

/** Calls `visit` for each key of a record as the index has it. Unique within one tenant: look them up per tenant. */
export function eachHashedLink(facts: Facts, visit: (day: number, key: number) => void): void {
  eachLink(facts, (key, day) => visit(day, linkHash(key)))
}

/** The keys of a record for the index, each once. */
export function linksOf(facts: Facts): Link[] {
  const links: Link[] = []
  eachHashedLink(facts, (day, key) => links.push({ day, key }))
  return links
}

/** True when the record's message and request ids tie it to an exchange; notices, settings and the like only mention them. */
export function linksMessages(facts: Facts): boolean {
  return facts.sessionId !== null && isConversational(facts.kind)
}

/** How many of the record's messages take part in linking. */
export function linkedMessages(facts: Facts): number {
  return Math.min(facts.messages.length, MAX_LINKED_MESSAGES)
}

/**
 * Conversation of a possible runtime twin (tenant-unique): user, ConversationId, agent. null for records that cannot be
 * one: not audited, no time, no custom-engine agent.
 */
export function conversationOf(facts: Facts): string | null {
  const { agent, conversationId, user } = facts
  if (facts.namespace !== 'audit' || facts.kind !== 'interaction') return null
  if (facts.projection !== undefined) return null
  if (conversationId === null || agent === null || agent.key === null || user === null) return null
  if (agent.kind === 'declarative' || agent.origin === 'microsoft') return null
  if (Number.isNaN(timeOf(facts.occurredAt))) return null
  const person = user.upn ?? user.objectId ?? user.name
  if (person === null) return null
  return keyOf(keyOf('', agent.key.toLowerCase(), person), '', conversationId.toLowerCase())
}

/** Milliseconds since 1970 of a served time, NaN when there is none. */
export function timeOf(at: string | null): number {
  return at === null ? NaN : Date.parse(at)
}

/** Time of a message by its id (13 digits: epoch milliseconds), NaN for every other id. */
export function timeOfMessageId(id: string): number {
  if (id.length !== 13) return NaN
  for (let i = 0; i < 13; i += 1) {
    const code = id.charCodeAt(i)
    if (code < 48 || code > 57) return NaN
  }
  return Number(id)
}

/**
 * A session as far as every source spells it: eDiscovery leaves the punctuation of a thread's id out, `_` included, so
 * threads are compared without any.
 */
export function threadKey(session: string): string {
  return session.startsWith('19:') ? session.replaceAll(/[:@._]/g, '') : session
}

function eachMessageLink(facts: Facts, visit: LinkVisitor): number {
  const session = threadKey(facts.sessionId ?? '')
  const count = linkedMessages(facts)
  const seen = count > 4 ? new Set<string>() : null
  let linked = 0
  for (let i = 0; i < count; i += 1) {
    const id = facts.messages[i]?.id ?? ''
    if (id === '' || (seen === null ? isEarlier(facts, i, id) : seen.has(id))) continue
    seen?.add(id)
    // Never the record's own time: the two sources give one message times on both sides of midnight.
    visit(keyOf('m', session, id), dayOf(timeOfMessageId(id)), 'message')
    linked += 1
  }
  const request = facts.requestId
  if (request === null || isBlankId(request)) return linked
  const at = timeOf(facts.occurredAt)
  eachBucket(at, DAY_MS, REQUEST_MARGIN_MS, (day) => {
    visit(`r${day}:${keyOf('', session, request)}`, dayOf(day * DAY_MS), 'request')
  })
  return linked
}

function isEarlier({ messages }: Facts, end: number, id: string): boolean {
  for (let i = 0; i < end; i += 1) if (messages[i]?.id === id) return true
  return false
}

/** The bucket of a time, and its neighbour when the time lies within `marginMs` of it; bucket 0 when unknown. */
function eachBucket(
  at: number,
  sizeMs: number,
  marginMs: number,
  visit: (bucket: number) => void,
): void {
  if (Number.isNaN(at) || at < 0) {
    visit(0)
    return
  }
  const bucket = Math.floor(at / sizeMs)
  visit(bucket)
  const within = at - bucket * sizeMs
  if (within <= marginMs && bucket > 0) visit(bucket - 1)
  else if (sizeMs - within <= marginMs) visit(bucket + 1)
}

function dayOf(ms: number): number {
  const day = Math.floor(ms / DAY_MS)
  return day > 0 && day <= LAST_DAY ? day : 0
}

/** The first part's length keeps ("a", "bc") and ("ab", "c") apart. */
function keyOf(kind: string, a: string, b: string): string {
  return `${kind}:${a.length}:${a}${b}`
}

function isBlankId(id: string): boolean {
  return id === '' || id === '00000000-0000-0000-0000-000000000000'
}

function isConversational(kind: Kind): boolean {
  return kind === 'interaction' || kind === 'automation' || kind === 'agent-run'
}
