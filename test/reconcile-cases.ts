import fc from 'fast-check'
import type { Item, Part } from '../src/interactions/item.ts'
import { linksOf } from '../src/interactions/link.ts'
import { reconcile } from '../src/interactions/reconcile.ts'
import type { Facts } from '../src/interactions/record.ts'
import { aGraphItem, aMessage, anAgent, anAudit, aPart, aResource, AVERY } from './facts-builder.ts'

// Archives to reconcile: random ones in which records meet, and hostile ones. Shared by the normal and the long tests.

const NOON = Date.parse('2026-03-05T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()

// A small world, so that records meet: two sessions, six messages, three requests, two people, one agent.
const anyFlag = fc.constantFrom(null, true, false)
const anyTime = fc.oneof(
  fc.constant(null),
  fc.nat(400).map((s) => iso(NOON + s * 1000)),
)
const anyId = fc.constantFrom(...[0, 1, 2, 3].map((n) => String(NOON + n * 9000)), 'guid-1', '')
const anySession = fc.constantFrom('19:one@thread.v2', '19:two@thread.v2', null)
const anyMessage = fc.record({
  id: anyId,
  role: fc.constantFrom(null, 'prompt' as const, 'answer' as const),
  at: anyTime,
  jailbreak: anyFlag,
  automatic: anyFlag,
})
const anyResource = fc.record({
  id: fc.constantFrom(null, 'id-1'),
  name: fc.constantFrom(null, 'plan.docx'),
  url: fc.constantFrom(null, 'https://contoso.sharepoint.com/sites/hr/plan.docx'),
  xpia: anyFlag,
  origin: fc.constantFrom('accessed' as const, 'link' as const),
})
const anyAudit: fc.Arbitrary<Facts> = fc
  .record({
    nativeId: fc.constantFrom('a1', 'a2', 'a3', 'a4', 'a5'),
    sessionId: anySession,
    occurredAt: anyTime,
    user: fc.constantFrom(null, AVERY, { objectId: 'o-2', upn: 'robin@contoso.com', name: null }),
    surface: fc.constantFrom(null, 'Word', 'Unknown', 'Teams'),
    servedSurface: fc.constantFrom('m365copilot', 'Office', 'Teams'),
    conversationId: fc.constantFrom(null, 'c1'),
    agent: fc.constantFrom(null, anAgent(), anAgent({ kind: 'unknown', id: 'agent-1' })),
    kind: fc.constantFrom('interaction' as const, 'interaction' as const, 'own-access' as const),
    messages: fc.array(anyMessage.map(aMessage), { maxLength: 3 }),
    resources: fc.array(anyResource.map(aResource), { maxLength: 2 }),
    web: anyFlag,
    labels: fc.subarray(['label-1', 'label-2']),
  })
  .map(anAudit)
const anyGraphItem: fc.Arbitrary<Facts> = fc
  .record({
    message: anyMessage,
    text: fc.constantFrom('one', 'two', null),
    etag: fc.constantFrom(null, '1', '2'),
    sessionId: anySession,
    requestId: fc.constantFrom(null, 'r1', 'r2', 'r3'),
    resources: fc.array(anyResource.map(aResource), { maxLength: 1 }),
  })
  .map(({ message, text, etag, sessionId, requestId, resources }) =>
    aGraphItem(
      { ...message, text, etag },
      { sessionId, requestId, resources, nativeId: `${sessionId}/${message.id}` },
    ),
  )

/** Rows that scripts made from records: of few of them, so that they meet, agree and contradict each other. */
const anyRow: fc.Arbitrary<Facts> = fc
  .record({
    of: fc.constantFrom('a1', 'a2', 'a9'),
    sessionId: anySession,
    occurredAt: fc.constantFrom(null, iso(NOON), iso(NOON + 500), iso(NOON + 90_000)),
    user: fc.constantFrom(null, AVERY, { objectId: 'o-2', upn: 'robin@contoso.com', name: null }),
    messages: fc.array(anyMessage.map(aMessage), { maxLength: 1 }),
    resources: fc.array(anyResource.map(aResource), { maxLength: 1 }),
    namespace: fc.constantFrom('audit' as const, 'audit' as const, 'explorer' as const),
  })
  .map(({ of, ...given }) => {
    const facts = anAudit({ ...given, projection: { of } })
    return {
      ...facts,
      nativeId: given.namespace === 'audit' ? `${of}~${JSON.stringify(facts)}` : of,
    }
  })

/** Records as an archive holds them: no two with the same identity and the same content. */
export const anyArchive: fc.Arbitrary<Part[]> = fc
  .uniqueArray(fc.oneof(anyAudit, anyGraphItem, anyRow), {
    maxLength: 14,
    selector: (facts) => JSON.stringify(facts),
  })
  .map((all) => all.map((facts, sequence) => aPart(sequence, facts)))

export const anyArchiveInTwoOrders = anyArchive.chain((parts) =>
  fc.tuple(
    fc.constant(parts),
    fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
  ),
)

/** What, its parts when about `size` of them are asked for, and how many items they make. */
export const hostile: readonly [string, (size: number) => Part[], (size: number) => number][] = [
  [
    'one message served to very many people',
    (size) =>
      many(size, (i) =>
        aGraphItem(
          { id: String(NOON), text: `t${i}` },
          {
            nativeId: `n${i}`,
            user: { objectId: `o${i}`, upn: null, name: `Person ${i}` },
            resources: [aResource({ id: 'f', policies: [`p${i}`] })],
          },
        ),
      ),
    () => 1,
  ],
  [
    'very many versions of one record',
    (size) => many(size, (i) => aGraphItem({ id: String(NOON), text: `t${i}` })),
    () => 1,
  ],
  [
    'a conversation of very many turns and their twins within minutes',
    (size) =>
      many(size, (i) =>
        anAudit({
          nativeId: `n${i}`,
          sessionId: `s${i}`,
          occurredAt: iso(NOON + i * 10),
          servedSurface: i % 2 === 0 ? 'm365copilot' : 'Office',
          messages: i % 2 === 0 ? [] : [aMessage({ id: String(NOON + i), role: 'prompt' })],
          conversationId: 'c',
          agent: anAgent(),
        }),
      ),
    (size) => size / 2,
  ],
  [
    'one record that lists very many messages and as many resources',
    (size) => [
      aPart(
        0,
        anAudit({
          messages: Array.from({ length: size }, (_, i) => aMessage({ id: String(NOON + i) })),
          resources: Array.from({ length: size }, (_, i) => aResource({ id: `f${i}` })),
        }),
      ),
    ],
    () => 1,
  ],
  [
    'very many rows that all name one record and contradict each other',
    (size) =>
      many(size, (i) =>
        anAudit({
          nativeId: `a1~${i}`,
          projection: { of: 'a1' },
          occurredAt: iso(NOON + i * 5_000),
          messages: [aMessage({ id: String(NOON) })],
        }),
      ),
    (size) => size,
  ],
]

/** The same item, its records numbered as in another import. */
export function withSequences(item: Item, rename: (sequence: number) => number): Item {
  const renamed = (sequences: readonly number[]) => sequences.map(rename).toSorted((a, b) => a - b)
  return {
    ...item,
    sequences: renamed(item.sequences),
    messages: item.messages.map((one) => ({ ...one, sequences: renamed(one.sequences) })),
    findings: item.findings.map((one) => ({ ...one, sequences: renamed(one.sequences) })),
    ...(item.joins === undefined
      ? {}
      : { joins: item.joins.map((one) => ({ ...one, sequences: renamed(one.sequences) })) }),
    provenance: Object.fromEntries(
      Object.entries(item.provenance).map(([field, sequences]) => [field, renamed(sequences)]),
    ),
  }
}

function many(count: number, factsOf: (index: number) => Facts): Part[] {
  return Array.from({ length: count }, (_, i) => aPart(i, factsOf(i)))
}

/** What the index does: look up each new record's links, load everything connected, write those items anew. */
export function indexInBatches(parts: readonly Part[], size: number): Item[] {
  const bySequence = new Map<number, Part>()
  const byLink = new Map<string, number[]>()
  const items = new Map<string, Item>()
  for (let at = 0; at < parts.length; at += size) {
    const batch = parts.slice(at, at + size)
    for (const part of batch) {
      bySequence.set(part.sequence, part)
      for (const { day, key } of linksOf(part.facts))
        byLink.set(`${day}/${key}`, [...(byLink.get(`${day}/${key}`) ?? []), part.sequence])
    }
    const connected = new Set(batch.map(({ sequence }) => sequence))
    for (const sequence of connected) {
      const part = bySequence.get(sequence)
      for (const { day, key } of part === undefined ? [] : linksOf(part.facts))
        for (const other of byLink.get(`${day}/${key}`) ?? []) connected.add(other)
    }
    for (const [id, { sequences }] of items)
      if (sequences.some((sequence) => connected.has(sequence))) items.delete(id)
    const cluster = [...connected].flatMap((sequence) => bySequence.get(sequence) ?? [])
    for (const item of reconcile(cluster)) items.set(item.id, item)
  }
  return [...items.values()]
}
