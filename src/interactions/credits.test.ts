import { describe, expect, test } from 'vitest'
import { anAgent } from '../../test/facts-builder.ts'
import { creditsOf, type Priced } from './credits.ts'

function aTurn(given: Partial<Priced> = {}): Priced {
  return {
    kind: 'interaction',
    audited: true,
    agent: anAgent(),
    messages: 2,
    answers: 1,
    tenantGrounded: false,
    deepReasoning: false,
    ...given,
  }
}

describe('creditsOf() by the rules of v1.2', () => {
  test.each<[string, Partial<Priced>, number, Record<string, number>]>([
    ['one answer', {}, 2, { generativeAnswer: 2 }],
    ['three answers', { messages: 4, answers: 3 }, 6, { generativeAnswer: 6 }],
    [
      'two grounded answers',
      { messages: 3, answers: 2, tenantGrounded: true },
      24,
      { generativeAnswer: 4, tenantGrounding: 20 },
    ],
    ['deep reasoning', { deepReasoning: true }, 7, { generativeAnswer: 2, agentAction: 5 }],
    ['unknown grounding', { tenantGrounded: null }, 2, { generativeAnswer: 2 }],
  ])('prices %s of a custom-engine agent', (_, given, total, breakdown) => {
    expect(creditsOf(aTurn(given))).toEqual({
      ruleSet: 'v1.2',
      basis: 'CustomEngine',
      total,
      breakdown,
    })
  })

  test.each<[string, Partial<Priced>]>([
    ['NoAgent', { agent: null }],
    ['Declarative', { agent: anAgent({ kind: 'declarative' }) }],
    ['MicrosoftAgent', { agent: anAgent({ origin: 'microsoft', kind: 'unknown' }) }],
    ['NoMessages', { messages: 0, answers: 0, deepReasoning: true }],
  ])('charges nothing on the basis %s', (basis, given) => {
    expect(creditsOf(aTurn(given))).toEqual({ ruleSet: 'v1.2', basis, total: 0, breakdown: {} })
  })

  test.each<[string, Partial<Priced>]>([
    ['is no exchange', { kind: 'agent-admin' }],
    ['has no audit record', { audited: false }],
    ['is with an agent of unknown kind', { agent: anAgent({ kind: 'unknown' }) }],
  ])('does not judge what %s', (_, given) => {
    expect(creditsOf(aTurn(given))).toBeNull()
  })
})

test('creditsOf() by the older rules prices any agent', () => {
  const turn = aTurn({ agent: anAgent({ kind: 'declarative' }), tenantGrounded: true })

  expect(creditsOf(turn, 'brief-004')).toEqual({
    ruleSet: 'brief-004',
    basis: 'AnyAgent',
    total: 12,
    breakdown: { generativeAnswer: 2, tenantGrounding: 10 },
  })
  expect(creditsOf(aTurn({ agent: null }), 'brief-004')?.total).toBe(0)
})
