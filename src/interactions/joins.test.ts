import { describe, expect, test } from 'vitest'
import { emptyFacts } from './unmapped.ts'
import type { Part } from './item.ts'
import { reconcile } from './reconcile.ts'
import type { Facts, Message, RecordFormat, Role } from './record.ts'

const WHOLE = '19:Zr8kVq2wXy5Lm0Nb7Tc4-Ph1Jd6Rf3Gs9Ka8Eu2Wi5th@thread.v2'
const CUT = '19:Zr8k_q2wXy5Lm0Nb7Tc4-Ph1Jd6Rf3Gs9Ka8Eu2Wi5th@thread.v2'

function message(id: string, role: Role, text: string | null = null): Message {
  return {
    id,
    role,
    text,
    at: '2026-03-02T09:15:04Z',
    automatic: null,
    jailbreak: null,
    etag: null,
  }
}

function part(sequence: number, format: RecordFormat, facts: Partial<Facts>): Part {
  return {
    sequence,
    receivedAt: '2026-03-02T10:00:00.000Z',
    source: format,
    identity: `identity-${sequence}`,
    facts: { ...emptyFacts(format), kind: 'interaction', nativeId: String(sequence), ...facts },
  }
}

const audit = (session: string) =>
  part(0, 'audit', { sessionId: session, messages: [message('1772442904123', 'prompt')] })
const row = (session: string) =>
  part(1, 'ediscovery-csv', { sessionId: session, messages: [message('1772442904123', 'prompt')] })

describe('why a record is part of an item', () => {
  test('an eDiscovery row joins the exchange whose message it names', () => {
    const items = reconcile([audit(WHOLE), row(WHOLE)])

    expect(items).toHaveLength(1)
    expect(items[0]?.joins).toEqual([
      { basis: 'message-id', confidence: 'certain', sequences: [1] },
    ])
  })

  test('the sender of an eDiscovery row is the author whom Graph knows by an object id', () => {
    const objectId = '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70'
    const graph = part(0, 'ai-interaction', {
      sessionId: WHOLE,
      user: { objectId, upn: null, name: null },
      messages: [message('1772442904123', 'prompt', 'Hello')],
    })
    const upn = 'avery@contoso.com'
    const found = { ...row(WHOLE).facts, user: { objectId: null, upn, name: null } }
    const [item] = reconcile([graph, { ...row(WHOLE), facts: found }])

    expect(item?.custodians).toEqual([{ objectId, upn, name: null }])
  })

  test('a thread that agrees only without its punctuation is likely the same', () => {
    const items = reconcile([audit(CUT), row(CUT.replaceAll(/[:@._]/g, ''))])

    expect(items).toHaveLength(1)
    expect(items[0]?.sessionId).toBe(CUT)
    expect(items[0]?.joins).toEqual([{ basis: 'message-id', confidence: 'likely', sequences: [1] }])
  })

  test('the same message id in another thread joins nothing', () => {
    expect(reconcile([audit(WHOLE), row(CUT)])).toHaveLength(2)
  })

  test('an answer of telemetry joins its prompt by what it replies to, both join the transcript', () => {
    const kind = 'agent-run'
    const parts = [
      part(0, 'telemetry', {
        kind,
        sessionId: 'c',
        requestId: 'act-1',
        messages: [message('act-1', 'prompt', 'Hello')],
      }),
      part(1, 'telemetry', {
        kind,
        sessionId: 'c',
        requestId: 'act-1',
        messages: [message('act-2', 'answer', 'Hi')],
      }),
    ]
    const [pair, ...others] = reconcile(parts)

    expect(others).toEqual([])
    expect(pair?.messages.map(({ id }) => id)).toEqual(['act-1', 'act-2'])
    expect(pair?.joins).toEqual([{ basis: 'request-id', confidence: 'certain', sequences: [0, 1] }])

    const transcript = part(2, 'transcript', {
      kind,
      sessionId: 'c',
      messages: [message('act-1', 'prompt', 'Hello'), message('act-2', 'answer', 'Hi')],
    })
    const [whole, ...rest] = reconcile([...parts, transcript])

    expect(rest).toEqual([])
    expect(whole?.messages).toHaveLength(2)
    expect(whole?.joins?.[0]).toEqual({
      basis: 'message-id',
      confidence: 'certain',
      sequences: [0, 1, 2],
    })
  })

  test('a file and a whole conversation of the same thread stay items of their own', () => {
    const items = reconcile([
      audit(WHOLE),
      part(1, 'ediscovery-csv', { kind: 'conversation', sessionId: WHOLE }),
      part(2, 'ediscovery-csv', {
        kind: 'attachment',
        sessionId: WHOLE,
        marks: ['attached-document'],
      }),
    ])

    expect(items.map(({ kind }) => kind)).toEqual(['interaction', 'conversation', 'attachment'])
    expect(items[2]?.findings.map(({ code }) => code)).toEqual(['ATTACHED_DOCUMENT'])
    expect(items.every(({ joins }) => joins === undefined)).toBe(true)
  })

  test('versions of one row need no reason', () => {
    const one = row(WHOLE)
    const items = reconcile([one, { ...one, sequence: 2 }])

    expect(items).toHaveLength(1)
    expect(items[0]?.joins).toBeUndefined()
  })

  test('a test of a maker and a filter that acted are findings of the exchange', () => {
    const [item] = reconcile([
      part(0, 'telemetry', { kind: 'agent-run', marks: ['test-traffic', 'content-filtered'] }),
    ])

    expect(item?.findings.map(({ code }) => code)).toEqual(['TEST_TRAFFIC', 'CONTENT_FILTERED'])
  })
})
