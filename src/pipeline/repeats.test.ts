import { expect, test } from 'vitest'
import type { KnownContent } from '../catalog/repeat-keys.ts'
import type { Prepared } from './protocol.ts'
import { decide, entriesOf, filedElsewhere, NEW, REPEATED, VERSION } from './repeats.ts'

interface Row {
  readonly key: number
  readonly content: number
}

function aBatch(rows: readonly Row[], elsewhere: Prepared['elsewhere'] = []): Prepared {
  return {
    count: rows.length,
    verdicts: new Uint8Array(rows.length),
    unmapped: new Uint8Array(rows.length),
    tenants: ['contoso'],
    tenantOf: new Uint16Array(rows.length),
    periods: ['2026-q1'],
    periodOf: new Uint16Array(rows.length),
    keys: Float64Array.from(rows, ({ key }) => key),
    high: Float64Array.from(rows, ({ content }) => content),
    low: new Float64Array(rows.length),
    containers: ['c'],
    containerOf: new Uint16Array(rows.length),
    dropped: [],
    rawBytes: 0,
    elsewhere,
  }
}

function knownKeys(entries: Readonly<Record<number, readonly KnownContent[]>>) {
  return {
    find: (keys: readonly number[]) =>
      new Map(
        keys.flatMap((key) =>
          entries[key]?.[0] === undefined ? [] : [[key, entries[key][0]] as const],
        ),
      ),
    others: (key: number) => (entries[key] ?? []).slice(1),
  }
}

const archived = (content: number, sequence: number): KnownContent => ({
  high: content,
  low: 0,
  sequence,
})
const never = () => Promise.reject(new Error('nothing should be compared'))

test('decide() takes the same bytes for a repeat without looking into the archive', async () => {
  const known = knownKeys({ 7: [archived(70, 3)] })

  const { fates } = await decide(
    aBatch([
      { key: 7, content: 70 },
      { key: 8, content: 80 },
      { key: 8, content: 80 },
    ]),
    known,
    new Map(),
    never,
  )

  expect([...fates]).toEqual([REPEATED, NEW, REPEATED])
})

test('decide() compares other bytes with every content known, and remembers what means the same', async () => {
  const known = knownKeys({ 7: [archived(70, 3), archived(71, 9)] })
  const batch = aBatch([
    { key: 7, content: 72 },
    { key: 7, content: 73 },
    { key: 7, content: 72 },
  ])
  const asked: number[] = []

  const decisions = await decide(batch, known, new Map(), (pairs) => {
    asked.push(pairs.length)
    return Promise.resolve(
      pairs.map(({ index, candidate }) =>
        index === 0 && candidate.sequence === 9 ? 'same' : 'different',
      ),
    )
  })

  expect([...decisions.fates]).toEqual([REPEATED, VERSION, REPEATED])
  expect(decisions.repeats.get(0)?.sequence).toBe(9)
  expect(asked).toEqual([2, 2])
  const entries = entriesOf(batch, decisions, Float64Array.from([-1, 20, -1]))
  expect(entries.map(({ entry }) => [entry.high, entry.sequence, entry.first])).toEqual([
    [73, 20, false],
    [72, 9, false],
  ])
})

test('decide() keeps a record whose key belongs to another identity', async () => {
  const known = knownKeys({ 7: [archived(70, 3)] })

  const { fates } = await decide(aBatch([{ key: 7, content: 72 }]), known, new Map(), (pairs) =>
    Promise.resolve(pairs.map(() => 'other-identity')),
  )

  expect([...fates]).toEqual([NEW])
})

test('decide() knows of what earlier batches have decided and not yet stored', async () => {
  const pending = new Map([[7, [archived(70, 3)]]])

  const { fates, before } = await decide(
    aBatch([{ key: 7, content: 70 }]),
    knownKeys({}),
    pending,
    never,
  )

  expect([...fates]).toEqual([REPEATED])
  expect(before.has(7)).toBe(true)
})

test('filedElsewhere() leaves a nameless record where its very bytes lie already', () => {
  const known = knownKeys({ 50: [archived(70, 3)], 51: [archived(99, 4)] })
  const batch = aBatch(
    [
      { key: 7, content: 70 },
      { key: 8, content: 80 },
    ],
    [
      { at: 0, tenant: 'fabrikam', key: 50 },
      { at: 1, tenant: 'fabrikam', key: 51 },
    ],
  )

  const filed = filedElsewhere(batch, known, new Map())

  expect([...filed.keys]).toEqual([50, 8])
  expect([...filed.tenantOf].map((at) => filed.tenants[at])).toEqual(['fabrikam', 'contoso'])
})
