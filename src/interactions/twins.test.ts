import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aMessage, anAgent, anAudit, aPart, AVERY } from '../../test/facts-builder.ts'
import type { Part } from './item.ts'
import { linksOf } from './link.ts'
import { reconcile } from './reconcile.ts'
import type { Facts } from './record.ts'

const NOON = Date.parse('2026-03-05T12:00:00Z')
const at = (seconds: number) => new Date(NOON + seconds * 1000).toISOString()

function runtime(seconds: number, given: Partial<Facts> = {}): Facts {
  return anAudit({
    nativeId: `runtime-${seconds}`,
    sessionId: `19:runtime-${seconds}@thread.v2`,
    occurredAt: at(seconds),
    servedSurface: 'm365copilot',
    surface: 'm365copilot',
    conversationId: 'conversation-1',
    agent: anAgent({ id: 'agent-1', name: null }),
    ...given,
  })
}

function client(seconds: number, given: Partial<Facts> = {}): Facts {
  return anAudit({
    nativeId: `client-${seconds}`,
    sessionId: '19:client@thread.v2',
    occurredAt: at(seconds),
    servedSurface: 'Office',
    surface: 'Office',
    conversationId: 'conversation-1',
    agent: anAgent(),
    messages: [
      aMessage({ id: String(NOON + seconds * 1000), role: 'prompt' }),
      aMessage({ id: String(NOON + seconds * 1000 + 1), role: 'answer' }),
    ],
    ...given,
  })
}

function recordOf([isClient, seconds]: readonly [boolean, number]): Facts {
  return isClient ? client(seconds) : runtime(seconds)
}

const parts = (...all: Facts[]): Part[] => all.map((facts, sequence) => aPart(sequence, facts))
const groups = (...all: Facts[]) => reconcile(parts(...all)).map(({ sequences }) => sequences)

describe('reconcile() of runtime twins', () => {
  test('counts and prices a turn once that runtime and client have logged', () => {
    const [item, ...others] = reconcile(parts(runtime(0), client(5)))

    expect(others).toEqual([])
    expect(item).toMatchObject({
      surface: 'Office',
      sessionId: '19:client@thread.v2',
      occurredAt: at(5),
      credits: { basis: 'CustomEngine', total: 2 },
      findings: [{ code: 'RUNTIME_TWIN', sequences: [0] }],
    })
  })

  test('prices deep reasoning and grounding that only the runtime’s record tells of', () => {
    const told = { models: [{ provider: 'OpenAI', name: 'DEEP_LEO', version: null }] }

    expect(reconcile(parts(runtime(0, told), client(5)))[0]?.credits?.total).toBe(7)
  })

  test('takes 120 s before and 5 s after, no more', () => {
    expect(groups(runtime(0), client(120))).toEqual([[0, 1]])
    expect(groups(runtime(0), client(120.001))).toEqual([[0], [1]])
    expect(groups(client(0), runtime(5))).toEqual([[0, 1]])
    expect(groups(client(0), runtime(5.001))).toEqual([[0], [1]])
  })

  test('pairs one to one with the nearest before', () => {
    expect(groups(runtime(0), runtime(30), client(33), client(60))).toEqual([
      [0, 3],
      [1, 2],
    ])
    expect(groups(runtime(0), client(3), client(6))).toEqual([[0, 1], [2]])
    expect(groups(runtime(0), client(5), runtime(8), client(12))).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test.each<[string, Partial<Facts>]>([
    ['another conversation', { conversationId: 'conversation-2' }],
    ['another user', { user: { ...AVERY, upn: 'robin@contoso.com' } }],
    ['another agent', { agent: anAgent({ key: 'agent-2' }) }],
    ['a declarative agent', { agent: anAgent({ kind: 'declarative' }) }],
    ['no agent', { agent: null }],
    ['no time', { occurredAt: null }],
    ['the client’s own session', { sessionId: '19:client@thread.v2' }],
    ['another host', { servedSurface: 'Outlook', surface: 'Outlook' }],
  ])('leaves a record of %s alone', (_, given) => {
    expect(groups(runtime(0, given), client(5))).toEqual([[0], [1]])
  })

  test('takes what the runtime logged again within ten seconds as one turn', () => {
    expect(groups(runtime(0), runtime(2), runtime(9), client(12))).toEqual([[0, 1, 2, 3]])
    expect(groups(runtime(0), runtime(10))).toEqual([[0, 1]])
    expect(groups(runtime(0), runtime(10.001))).toEqual([[0], [1]])
    const teams = { servedSurface: 'Teams', surface: 'Teams' }
    expect(groups(runtime(0, teams), runtime(1, teams))).toEqual([[0, 1]])
    expect(groups(runtime(0, teams), runtime(1))).toEqual([[0], [1]])
  })

  test('keeps two turns within ten seconds apart when each has its client', () => {
    expect(groups(runtime(0), client(3), runtime(6), client(9))).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  test('pairs the versions of a record as one', () => {
    const again = runtime(0, { region: 'us' })
    const records = [aPart(0, runtime(0)), aPart(1, again), aPart(2, client(5))]

    const items = reconcile(records)

    expect(items.map(({ sequences, versions }) => [sequences, versions])).toEqual([[[0, 1, 2], 1]])
  })

  test('depends neither on the order of the records nor on what else is in the batch', () => {
    const anyTurns = fc.uniqueArray(fc.tuple(fc.boolean(), fc.nat(900)), {
      maxLength: 16,
      selector: ([isClient, seconds]) => `${isClient}${seconds}`,
    })
    fc.assert(
      fc.property(
        anyTurns.chain((turns) =>
          fc.tuple(fc.constant(turns), fc.shuffledSubarray(turns, { minLength: turns.length })),
        ),
        ([turns, shuffled]) => {
          const sequenceOf = new Map(turns.map((turn, sequence) => [turn, sequence]))
          const all = shuffled.map((turn) => aPart(sequenceOf.get(turn) ?? -1, recordOf(turn)))

          const together = reconcile(all)
          const apart = connected(all).flatMap((cluster) => reconcile(cluster))

          const bySequence = apart.toSorted((a, b) => (a.sequences[0] ?? 0) - (b.sequences[0] ?? 0))
          expect(bySequence).toEqual(together)
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** The clusters that an index would load: what hangs together by links. */
function connected(all: readonly Part[]): Part[][] {
  const clusters: { links: Set<string>; parts: Part[] }[] = []
  for (const part of all) {
    const links = new Set(linksOf(part.facts).map(({ day, key }) => `${day}/${key}`))
    const met = clusters.filter((cluster) => [...links].some((link) => cluster.links.has(link)))
    const joined = { links, parts: [part] }
    for (const cluster of met) {
      for (const link of cluster.links) joined.links.add(link)
      joined.parts.push(...cluster.parts)
      clusters.splice(clusters.indexOf(cluster), 1)
    }
    clusters.push(joined)
  }
  return clusters.map((cluster) => cluster.parts)
}
