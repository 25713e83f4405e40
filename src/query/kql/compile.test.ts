import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Item } from '../../interactions/item.ts'
import { openEngine } from '../engine.ts'
import { openIndex, type IndexStore } from '../index-store.ts'
import { encodeItems } from '../rows.ts'
import { anyItem } from '../testdata/items.ts'
import { anyQuery } from '../testdata/queries.ts'
import { exactly, type Query } from './ast.ts'
import { compile, compileNarrow } from './compile.ts'
import { explain } from './explain.ts'
import { matches } from './matches.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-kql-'))
const items: readonly Item[] = fc
  .sample(anyItem, { numRuns: 300 })
  .map((item, at) => ({ ...item, id: (at + 1).toString(16).padStart(32, '0'), sequences: [at] }))
let index: IndexStore

beforeAll(async () => {
  index = await openIndex(await openEngine({ path: folder }))
  await index.write({
    batch: index.nextBatch(),
    tenant: 't',
    watermark: items.length,
    items: [encodeItems(items, index.nextBatch())],
    records: [],
    links: [],
    superseded: [],
  })
})

afterAll(async () => {
  await index.close()
  rmSync(folder, { recursive: true, force: true })
})

async function found(where: string, params: Readonly<Record<string, unknown>>): Promise<number[]> {
  const rows = await index.engine.query(
    `SELECT sequences[1] AS at FROM items WHERE ${where} ORDER BY at`,
    params,
  )
  return rows.map(([at]) => Number(at))
}

test('compile() finds exactly what matches() says', async () => {
  let hits = 0
  await fc.assert(
    fc.asyncProperty(anyQuery, async (query) => {
      const { where, params } = compile(query)
      const expected = items.flatMap((item, at) => (matches(query, item) ? [at] : []))
      if (expected.length > 0 && expected.length < items.length) hits += 1

      expect({ query: explain(query), items: await found(where, params) }).toEqual({
        query: explain(query),
        items: expected,
      })
    }),
    { numRuns: Number(process.env['RUNS'] ?? 80), seed: Number(process.env['SEED'] ?? 1) },
  )
  expect(hits).toBeGreaterThan(30)
})

test('compileNarrow() loses none of what compile() finds, whatever is negated', async () => {
  let narrower = 0
  await fc.assert(
    fc.asyncProperty(anyQuery, async (query) => {
      const narrow = compileNarrow(query)
      if (narrow === null) return
      narrower += 1
      const rows = new Set(await found(narrow.where, narrow.params))

      const lost = items.flatMap((item, at) => (matches(query, item) && !rows.has(at) ? [at] : []))

      expect({ query: explain(query), lost }).toEqual({ query: explain(query), lost: [] })
      expect(narrow.where).not.toContain('match(text')
      const rough = new Set(await found(narrow.rough.where, narrow.rough.params))
      expect([...rows].filter((at) => !rough.has(at))).toEqual([])
      expect(narrow.rough.where).not.toContain('wordHashes')
    }),
    { numRuns: 80, seed: 3 },
  )
  expect(narrower).toBeGreaterThan(20)
})

test('compileNarrow() has nothing to say where no text is read', () => {
  expect(compileNarrow({ type: 'text', value: exactly('merger') })).toBeNull()
})

test('compile() puts no value into the SQL: it is the same for every value of a shape', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      "' OR 1=1 --",
      '\\',
      "\\'",
      '{p0:String}',
      '`',
      ') OR (1',
      '\0',
      ';DROP TABLE items',
    ),
  )
  const shapes = [
    (text: string): Query => ({
      type: 'property',
      property: 'session',
      comparison: '=',
      values: [exactly(text)],
    }),
    (text: string): Query => ({
      type: 'property',
      property: 'file',
      comparison: '=',
      values: [exactly(text)],
    }),
    (text: string): Query => ({
      type: 'property',
      property: 'operation',
      comparison: '<>',
      values: [{ text, prefix: true, any: false }],
    }),
    (text: string): Query => ({
      type: 'property',
      property: 'prompt',
      comparison: ':',
      values: [exactly(`two words ${text}`)],
    }),
    (text: string): Query => ({
      type: 'property',
      property: 'user',
      comparison: ':',
      values: [exactly(`@ ${text}`)],
    }),
    (text: string): Query => ({ type: 'text', value: exactly(`two words ${text}`) }),
    (text: string): Query => ({
      type: 'property',
      property: 'id',
      comparison: ':',
      values: [exactly(text), exactly(text)],
    }),
  ]

  fc.assert(
    fc.property(hostile, fc.constantFrom(...shapes), (text, shape) => {
      expect(compile(shape(text)).where).toBe(compile(shape('word')).where)
    }),
    { numRuns: 2000 },
  )
})

test('compile() takes hostile values to the engine and back unharmed', async () => {
  const values = [
    "' OR 1=1 --",
    '\\',
    "\\'",
    'a\tb',
    'a\nb',
    '{p0:String}',
    '$1',
    '\u0001',
    '"',
    "i'd",
    'i\\d\t4',
    '東京',
    '😀',
  ]
  for (const text of values) {
    const query: Query = {
      type: 'property',
      property: 'session',
      comparison: '=',
      values: [exactly(text), exactly(`${text}x`)],
    }
    const { where, params } = compile(query)
    const expected = items.flatMap((item, at) => (matches(query, item) ? [at] : []))

    expect(await found(where, params)).toEqual(expected)
  }
})
