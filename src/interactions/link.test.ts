import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aGraphItem, aMessage, anAgent, anAudit, AVERY, SESSION } from '../../test/facts-builder.ts'
import { eachLink, linksOf, timeOfMessageId } from './link.ts'
import type { Facts } from './record.ts'

const BEFORE_MIDNIGHT = Date.parse('2026-03-05T23:59:59Z')
const AFTER_MIDNIGHT = Date.parse('2026-03-06T00:00:03Z')
const iso = (ms: number) => new Date(ms).toISOString()

function shareLink(a: Facts, b: Facts): boolean {
  const keys = new Set(linksOf(a).map(({ day, key }) => `${day}/${key}`))
  return linksOf(b).some(({ day, key }) => keys.has(`${day}/${key}`))
}

function turn(at: number, sessionId: string): Facts {
  return anAudit({
    nativeId: sessionId,
    sessionId,
    occurredAt: iso(at),
    conversationId: 'conversation-1',
    agent: anAgent(),
    user: AVERY,
  })
}

test('linksOf() gives an audit record one link per message, by the day of the message', () => {
  const audit = anAudit({
    occurredAt: '2026-03-06T00:00:09Z',
    messages: [aMessage({ id: String(BEFORE_MIDNIGHT) }), aMessage({ id: String(AFTER_MIDNIGHT) })],
  })

  expect(linksOf(audit).map(({ day }) => day)).toEqual([20_517, 20_518])
})

test('linksOf() ties an audit record to the text of its messages, across midnight and without times', () => {
  const id = String(BEFORE_MIDNIGHT)
  const audit = anAudit({ occurredAt: '2026-03-06T00:00:09Z', messages: [aMessage({ id })] })

  expect(shareLink(audit, aGraphItem({ id, at: iso(BEFORE_MIDNIGHT) }))).toBe(true)
  expect(shareLink(audit, aGraphItem({ id }))).toBe(true)
})

test('linksOf() ties messages whose ids are no times, whenever their records were written', () => {
  const id = 'c0ffee00-1111-4222-8333-444455556666'
  const audit = anAudit({ occurredAt: iso(AFTER_MIDNIGHT), messages: [aMessage({ id })] })

  expect(shareLink(audit, aGraphItem({ id, at: iso(BEFORE_MIDNIGHT) }))).toBe(true)
})

test('linksOf() ties a prompt to an answer of the same request up to two hours later', () => {
  fc.assert(
    fc.property(fc.nat(86_400_000 * 2), fc.nat(7_200_000), (offset, gap) => {
      const asked = BEFORE_MIDNIGHT - 86_400_000 + offset
      const prompt = aGraphItem({ id: String(asked), at: iso(asked) })
      const answer = aGraphItem({ id: String(asked + gap), at: iso(asked + gap), role: 'answer' })
      expect(shareLink(prompt, answer)).toBe(true)
    }),
  )
})

test('linksOf() ties no two messages of different sessions, requests or tenants that only look alike', () => {
  const id = String(BEFORE_MIDNIGHT)
  const prompt = aGraphItem({ id })

  expect(shareLink(prompt, aGraphItem({ id }, { sessionId: `${SESSION}x` }))).toBe(false)
  expect(shareLink(prompt, aGraphItem({ id: '1' }, { requestId: 'request-2' }))).toBe(false)
  expect(shareLink(aGraphItem({ id }, { sessionId: 'a' }), anAudit({ sessionId: `a${id}` }))).toBe(
    false,
  )
})

test('linksOf() does not tie by an empty request id', () => {
  const blank = '00000000-0000-0000-0000-000000000000'
  const one = aGraphItem({ id: '1' }, { requestId: blank })
  const other = aGraphItem({ id: '2' }, { requestId: blank })

  expect(shareLink(one, other)).toBe(false)
})

test('linksOf() needs the identity only of a record without messages', () => {
  const first = anAudit({ kind: 'agent-admin', occurredAt: iso(BEFORE_MIDNIGHT) })
  const again = anAudit({ kind: 'agent-admin', occurredAt: iso(AFTER_MIDNIGHT), text: 'changed' })

  expect(shareLink(first, again)).toBe(true)
  expect(linksOf(anAudit({ nativeId: null, sessionId: null }))).toEqual([])
})

test('linksOf() does not tie the notice about an interaction to the interaction', () => {
  const id = String(BEFORE_MIDNIGHT)
  const notice = anAudit({ kind: 'own-access', messages: [aMessage({ id })] })

  expect(shareLink(notice, aGraphItem({ id }))).toBe(false)
})

test('linksOf() brings records of one agent conversation together when they lie within 120 s', () => {
  fc.assert(
    fc.property(fc.nat(3_600_000), fc.nat(120_000), (offset, gap) => {
      const first = BEFORE_MIDNIGHT - 1_800_000 + offset
      expect(shareLink(turn(first, 'a'), turn(first + gap, 'b'))).toBe(true)
    }),
  )
  const elsewhere = { ...turn(BEFORE_MIDNIGHT, 'b'), conversationId: 'conversation-2' }
  expect(shareLink(turn(BEFORE_MIDNIGHT, 'a'), elsewhere)).toBe(false)
})

test('eachLink() gives equal keys equal days', () => {
  const days = new Map<string, number>()
  for (const offset of [0, 30_000, 3_000_000, 80_000_000, 90_000_000]) {
    const at = iso(BEFORE_MIDNIGHT + offset)
    const facts = anAudit({
      occurredAt: at,
      requestId: 'request-1',
      conversationId: 'c',
      agent: anAgent(),
      messages: [aMessage({ id: String(BEFORE_MIDNIGHT) }), aMessage({ id: 'guid' })],
    })
    eachLink(facts, (key, day) => {
      expect(days.get(key) ?? day).toBe(day)
      days.set(key, day)
    })
  }
  expect(days.size).toBeGreaterThan(6)
})

test('linksOf() keeps the links of a hostile record few, and its days within 16 bits', () => {
  const messages = Array.from({ length: 100_000 }, (_, i) => aMessage({ id: String(9e12 + i) }))

  const links = linksOf(anAudit({ messages, occurredAt: '9999-12-31T00:00:00Z', requestId: 'r' }))

  expect(links.length).toBeLessThan(300)
  expect(links.every(({ day }) => day >= 0 && day <= 65_535)).toBe(true)
})

test('timeOfMessageId() reads 13 digits and nothing else', () => {
  expect(timeOfMessageId('1772700000000')).toBe(1_772_700_000_000)
  for (const id of ['', '177270000000', '17727000000000', '1772700000 00', '177270000000x'])
    expect(timeOfMessageId(id)).toBeNaN()
})
