import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyQuery } from '../testdata/queries.ts'
import { QueryError } from './errors.ts'
import { explain } from './explain.ts'
import { MAX_LENGTH } from './lexer.ts'
import { parse } from './parser.ts'

const now = new Date('2026-03-06T17:00:00Z')

function fault(query: string): QueryError {
  const answer = answerTo(query)
  if (answer instanceof QueryError) return answer
  throw new Error(`"${query}" was accepted`)
}

/** Anything but a QueryError fails the test by being thrown. */
function answerTo(query: string): string | QueryError {
  try {
    return explain(parse(query, now))
  } catch (error) {
    if (error instanceof QueryError) return error
    throw error
  }
}

describe('parse()', () => {
  test.each([
    ['', '*'],
    ['   ', '*'],
    ['*', '*'],
    ['merger', '"merger"'],
    ['merger plan', '"merger" AND "plan"'],
    ['merger and plan', '"merger" AND "plan"'],
    ['merger OR plan AND deal', '"merger" OR "plan" AND "deal"'],
    ['merger OR plan deal', '"merger" OR "plan" AND "deal"'],
    ['(merger OR plan) deal', '("merger" OR "plan") AND "deal"'],
    ['NOT merger plan', 'NOT "merger" AND "plan"'],
    ['not (merger or plan)', 'NOT ("merger" OR "plan")'],
    ['NOT NOT merger', '"merger"'],
    ['-merger +plan', 'NOT "merger" AND "plan"'],
    ['-(merger plan)', 'NOT ("merger" AND "plan")'],
    ['co-op - deal', '"co-op" AND "deal"'],
    ['"the merger plan"', '"the merger plan"'],
    ['“the merger plan”', '"the merger plan"'],
    ['„Der Plan“', '"Der Plan"'],
    ['"he said ""no"""', '"he said ""no"""'],
    ['file:*.docx', 'file:"*.docx"'],
    ['"2*3"', '"2*3"'],
    ['merg* "the plan*"', '"merg*" AND "the plan*"'],
    ['"and"', '"and"'],
    ['merger"plan"', '"merger" AND "plan"'],
    ['user:avery@contoso.com', 'user:"avery@contoso.com"'],
    ['UserId = "Avery Smith"', 'user="Avery Smith"'],
    ['app:Word,Excel', 'surface:"Word","Excel"'],
    ['workload:(Word OR "Power BI")', 'surface:"Word","Power BI"'],
    ['thread:19:abc_def@thread.v2', 'session:"19:abc_def@thread.v2"'],
    ['-file:plan*', 'NOT file:"plan*"'],
    [
      'site:https://contoso.sharepoint.com/sites/Deal',
      'site:"https://contoso.sharepoint.com/sites/Deal"',
    ],
    ['label:*', 'label:*'],
    ['credits > 10 credits<=20', 'credits>"10" AND credits<="20"'],
    ['credits:2..12', 'credits:"2".."12"'],
    ['jailbreak<>true', 'jailbreak<>"true"'],
    ['date:2026-01-01..2026-03-31', 'occurred:"2026-01-01".."2026-03-31"'],
    ['date>=2026-01-01T09:00:00Z', 'occurred>="2026-01-01T09:00:00Z"'],
    ['date:today', 'occurred:"2026-03-06".."2026-03-06"'],
    ['date:"last month"', 'occurred:"2026-02-01".."2026-02-28"'],
    ['date<>"this week"', 'NOT occurred:"2026-03-02".."2026-03-08"'],
    ['date<yesterday', 'occurred<"2026-03-05"'],
    ['operation:"Interacted with Copilot"', 'operation:"Interacted with Copilot"'],
  ])('reads %j', (query, canonical) => {
    expect(explain(parse(query, now))).toBe(canonical)
  })

  test.each([
    ['merger AND', 'QUERY_SYNTAX', 10],
    ['NOT', 'QUERY_SYNTAX', 3],
    ['OR merger', 'QUERY_SYNTAX', 0],
    ['(merger', 'QUERY_SYNTAX', 0],
    ['merger)', 'QUERY_SYNTAX', 6],
    ['()', 'QUERY_SYNTAX', 1],
    ['plan "the merger', 'QUERY_SYNTAX', 5],
    [':merger', 'QUERY_SYNTAX', 0],
    ['user:', 'QUERY_SYNTAX', 5],
    ['user:avery,', 'QUERY_SYNTAX', 11],
    ['user:(a AND b)', 'QUERY_SYNTAX', 8],
    ['NEAR(3)', 'QUERY_SYNTAX', 0],
    ['plan usr:avery', 'QUERY_UNKNOWN_PROPERTY', 5],
    ['jailbreak:maybe', 'QUERY_BAD_VALUE', 10],
    ['date:2026-02-30', 'QUERY_BAD_VALUE', 5],
    ['date:soon', 'QUERY_BAD_VALUE', 5],
    ['credits:many', 'QUERY_BAD_VALUE', 8],
    ['user>avery', 'QUERY_BAD_VALUE', 5],
    ['user:a..b', 'QUERY_BAD_VALUE', 0],
    ['user:""', 'QUERY_BAD_VALUE', 5],
    ['"!!"', 'QUERY_BAD_VALUE', 0],
    ['prompt:"…"', 'QUERY_BAD_VALUE', 7],
    ['*word', 'QUERY_BAD_VALUE', 0],
    ['plan a*b', 'QUERY_BAD_VALUE', 6],
    ['user:a*b', 'QUERY_BAD_VALUE', 6],
    ['user:(avery,*b)', 'QUERY_BAD_VALUE', 12],
  ])('refuses %j with %s at %i', (query, code, position) => {
    expect(fault(query)).toMatchObject({ code, position })
  })

  test('points at the fault and suggests the nearest property', () => {
    expect(fault('plan usr:avery').message).toBe(
      'Cannot read the query: there is no property "usr"; did you mean "user"?\n  plan usr:avery\n       ^',
    )
  })

  test('bounds depth, terms and length', () => {
    expect(fault('('.repeat(60) + 'a' + ')'.repeat(60)).code).toBe('QUERY_TOO_LARGE')
    expect(fault('a '.repeat(5000)).code).toBe('QUERY_TOO_LARGE')
    expect(fault(`user:${'a,'.repeat(5000)}a`).code).toBe('QUERY_TOO_LARGE')
    expect(fault(`"${'long '.repeat(300)}"`).code).toBe('QUERY_BAD_VALUE')
    expect(fault(`user:${'a'.repeat(1001)}`).code).toBe('QUERY_BAD_VALUE')
    expect(fault('a'.repeat(MAX_LENGTH + 1)).code).toBe('QUERY_TOO_LARGE')
  })

  test('takes back what explain() printed', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const again = parse(explain(query), now)

        expect(again).toEqual(query)
      }),
      { numRuns: 1000 },
    )
  })

  test('answers any text with a query or a QueryError, soon', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '"',
      '“',
      ':',
      '..',
      ',',
      ' ',
      '-',
      '*',
      '<>',
      'user',
      'date',
      '2026-01-01',
      'OR',
      'NOT',
      'x',
      '\0',
      '😀',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    )
    const started = process.threadCpuUsage()

    fc.assert(
      fc.property(text, (query) => {
        expect(answerTo(query)).toBeDefined()
      }),
      { numRuns: 5000 },
    )
    expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(15_000)
  })

  test.each(['(', '-', '+', 'NOT ', '"', ',', 'a:', 'date:..', '<', '*', ' '])(
    'stays linear on a long run of %j',
    (piece) => {
      const query = piece.repeat(Math.floor(MAX_LENGTH / piece.length))
      const started = process.threadCpuUsage()

      expect(answerTo(query)).toBeDefined()
      expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(2000)
    },
  )
})
