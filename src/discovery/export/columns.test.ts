import { expect, test } from 'vitest'
import { FORMULA } from './columns.ts'
import { ITEM_FIELDS, RECORD_FIELDS } from './fields.ts'
import { ITEM_VALUES } from './item-values.ts'
import { isLeftOut, pseudonymOf } from './minimise.ts'
import { boundsOf } from './bounds.ts'
import { parse } from '../../query/kql/parser.ts'

const NOW = new Date('2026-03-06T12:00:00Z')

test('a cell that a spreadsheet runs is told by its first visible character', () => {
  for (const cell of [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r1',
    '\0x',
    '＝1',
    '\uFEFF=1',
  ])
    expect([cell, FORMULA.test(cell)]).toEqual([cell, true])
  for (const cell of ['', 'a=1', '1-2', 'avery@contoso.com', '(=1)', '\nplain'])
    expect([cell, FORMULA.test(cell)]).toEqual([cell, false])
})

test('every field of an item has a value in the format jsonl, and no name stands twice', () => {
  const names = ITEM_FIELDS.map(({ name }) => name)
  expect(Object.keys(ITEM_VALUES).toSorted()).toEqual(names.toSorted())
  for (const fields of [ITEM_FIELDS, RECORD_FIELDS])
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
})

test('minimising persons leaves out every field that names them in another way', () => {
  const kept = ITEM_FIELDS.filter(
    (field) => field.type !== 'object' && !isLeftOut(field, { users: true, dates: false }),
  ).map(({ name }) => name)
  expect(kept).toContain('users')
  for (const name of ['userIds', 'userNames', 'prompt', 'answer', 'files', 'ips', 'session'])
    expect(kept).not.toContain(name)
})

test('a pseudonym is the same for the same key, and tells nothing without it', () => {
  expect(pseudonymOf('avery@contoso.com', 'k')).toBe(pseudonymOf('avery@contoso.com', 'k'))
  expect(pseudonymOf('avery@contoso.com', 'k')).not.toBe(pseudonymOf('avery@contoso.com', 'l'))
  expect(pseudonymOf('avery@contoso.com', 'k')).toMatch(/^person-[0-9a-f]{16}$/)
})

test('the bounds of a query are half-open instants', () => {
  expect(boundsOf(parse('occurred:2026-03-02..2026-03-04 merger', NOW))).toEqual({
    from: '2026-03-02T00:00:00.000Z',
    to: '2026-03-05T00:00:00.000Z',
  })
  expect(boundsOf(parse('occurred>=2026-03-02 AND occurred<2026-03-03', NOW))).toEqual({
    from: '2026-03-02T00:00:00.000Z',
    to: '2026-03-03T00:00:00.000Z',
  })
  expect(boundsOf(parse('occurred:2026-03-02 OR merger', NOW))).toEqual({ from: null, to: null })
})
