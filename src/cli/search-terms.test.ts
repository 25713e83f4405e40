import { describe, expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'
import { search } from './commands/search.ts'
import { instantOf, searchTerms } from './search-terms.ts'

const termsOf = (...argv: string[]) => {
  const { options, positionals } = parseArguments(search, argv)
  return searchTerms(positionals, options)
}

describe('the words of a search', () => {
  test('need no quotes', () => {
    expect(termsOf('jailbreak:true', 'AND', 'merger').queries).toEqual([
      'jailbreak:true AND merger',
    ])
    expect(termsOf().queries).toEqual(['*'])
  })

  test('are read apart from what options add', () => {
    expect(termsOf('a OR b', '--operations', 'X').queries).toEqual(['a OR b', 'operation:"X"'])
  })
})

describe('Search-UnifiedAuditLog’s parameters', () => {
  const kql = ['user:"avery@contoso.com","mina@contoso.com"', 'ip:"192.0.2.1"']

  test('are taken in its spelling and in ours, as comma lists and repeated', () => {
    expect(
      termsOf('-UserIds', 'avery@contoso.com,mina@contoso.com', '-IPAddresses', '192.0.2.1')
        .queries,
    ).toEqual(kql)
    expect(
      termsOf(
        '--user-ids',
        'avery@contoso.com',
        '--user-ids',
        'mina@contoso.com',
        '--ip-addresses=192.0.2.1',
      ).queries,
    ).toEqual(kql)
  })

  test('become times that are half-open and UTC, and say so', () => {
    const { queries, notes } = termsOf(
      '-StartDate',
      '2026-03-01',
      '-EndDate',
      '2026-03-08T02:00:00+02:00',
    )
    expect(queries).toEqual([
      'occurred>=2026-03-01T00:00:00.000Z',
      'occurred<2026-03-08T00:00:00.000Z',
    ])
    expect(notes).toEqual([
      'Times: from 2026-03-01T00:00:00.000Z to 2026-03-08T00:00:00.000Z, the end not included',
    ])
  })

  test('stay values whatever is in them', () => {
    expect(termsOf('--free-text', 'a" OR user:"b').queries).toEqual(['text:"a"" OR user:""b"'])
    expect(termsOf('--object-ids', 'x") OR *').queries).toEqual(['file:"x"") OR *"'])
  })

  test('without a meaning here are accepted with a note', () => {
    const { queries, notes } = termsOf(
      '-SessionId',
      'run1',
      '-SessionCommand',
      'ReturnLargeSet',
      '-Formatted',
    )
    expect(queries).toEqual(['*'])
    expect(notes.map((note) => note.split(' ')[0])).toEqual([
      '--session-id',
      '--session-command',
      '--formatted',
    ])
  })

  test.each([
    ['a date that depends on where one lives', '-StartDate', '3/4/2026'],
    ['a day that does not exist', '-StartDate', '2026-02-30'],
    ['a start after the end', '-StartDate', '2026-03-04', '-EndDate', '2026-03-04'],
  ])('are refused for %s', (_, ...argv) => {
    expect(() => termsOf(...argv)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

test('an instant without a zone is UTC', () => {
  expect(instantOf('2026-03-04 09:15')).toBe(Date.UTC(2026, 2, 4, 9, 15))
  expect(instantOf('2026-03-04T09:15:00.1234567Z')).toBe(Date.UTC(2026, 2, 4, 9, 15, 0, 123))
  expect(instantOf('yesterday')).toBeNull()
})
