import fc from 'fast-check'
import { and, or, type Comparison, type Query, type Value } from '../kql/ast.ts'
import { IDS, SPELLINGS } from './items.ts'

const value = (text: fc.Arbitrary<string>): fc.Arbitrary<Value> =>
  fc.record({
    text,
    prefix: fc.boolean(),
    any: fc.constant(false),
  })
const any: Value = { text: '', prefix: false, any: true }
const orAny = (values: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(any) })
const plain = (text: fc.Arbitrary<string>): fc.Arbitrary<Value> =>
  text.map((said) => ({ text: said, prefix: false, any: false }))

const spelling = fc.constantFrom(...SPELLINGS.flat(), 'mer', 'zu', 'стр', 'カ')
const words = fc.oneof(
  spelling,
  fc.tuple(spelling, spelling).map((pair) => pair.join(' ')),
  fc.tuple(spelling, spelling).map((pair) => pair.join('')),
)

const free: fc.Arbitrary<Query> = value(words).map((said) => ({ type: 'text', value: said }))

const comparison = fc.constantFrom<Comparison>(':', '=', '<>')
const ordering = fc.constantFrom<Comparison>(':', '=', '<>', '<', '<=', '>', '>=')

/** `most`: times are asked one by one, the parser splits their lists. */
function property(
  names: readonly string[],
  signs: fc.Arbitrary<Comparison>,
  values: fc.Arbitrary<Value>,
  most = 3,
): fc.Arbitrary<Query> {
  return fc
    .tuple(fc.constantFrom(...names), signs, fc.array(values, { minLength: 1, maxLength: most }))
    .map(([name, sign, all]) => ({
      type: 'property',
      property: name,
      comparison: sign,
      values: all,
    }))
}

const person = fc.constantFrom(
  'avery@contoso.com',
  'AVERY',
  'contoso',
  'Mary O’Plan',
  'abcd7f6e-4a0f-4b52-9a3b-2d3d4f5a6b71',
  'zurich',
  '東',
  'av',
)
const file = fc.constantFrom(
  'merger-plan_v2.docx',
  'plan',
  'Merger',
  'zürich plan',
  'https://contoso.sharepoint.com/sites/',
  'nothing',
)
const exact = fc.constantFrom(
  ...IDS,
  'word',
  'BizChat',
  'MicrosoftTeams',
  'Interacted with Copilot',
  '261',
  '999',
  'copilotinteraction',
  'L-1',
  'agent-admin',
  'blocked',
  'unknown',
  '1.plan',
)
const exactNames = [
  'surface',
  'kind',
  'operation',
  'recordtype',
  'agentid',
  'label',
  'session',
  'request',
  'correlation',
  'id',
  'dlp',
  'tenant',
]

const day = plain(
  fc.constantFrom(
    '2026',
    '2026-01',
    '2026-01-01',
    '2026-01-31',
    '2026-01-01T12:30:00Z',
    '2026-01-01T12:30:00.123Z',
    '2026-01-01T13:30+01:00',
  ),
)
const number = plain(fc.constantFrom('0', '1', '2', '12.5', '-1'))

const range = (names: readonly string[], values: fc.Arbitrary<Value>): fc.Arbitrary<Query> =>
  fc.record({
    type: fc.constant('range' as const),
    property: fc.constantFrom(...names),
    from: values,
    to: values,
  })

const term: fc.Arbitrary<Query> = fc.oneof(
  { weight: 6, arbitrary: free },
  { weight: 3, arbitrary: property(['prompt', 'answer', 'text'], comparison, orAny(value(words))) },
  { weight: 3, arbitrary: property(['user'], comparison, orAny(value(person))) },
  { weight: 3, arbitrary: property(['file', 'agent'], comparison, orAny(value(file))) },
  { weight: 4, arbitrary: property(exactNames, comparison, orAny(value(exact))) },
  {
    weight: 2,
    arbitrary: property(
      ['jailbreak', 'xpia', 'web', 'automatic'],
      comparison,
      orAny(plain(fc.constantFrom('true', 'FALSE', 'unknown'))),
    ),
  },
  { weight: 2, arbitrary: property(['occurred', 'received'], ordering, day, 1) },
  { weight: 2, arbitrary: property(['credits', 'versions'], ordering, number, 1) },
  { weight: 1, arbitrary: range(['occurred', 'received'], day) },
  { weight: 1, arbitrary: range(['credits'], number) },
  { weight: 1, arbitrary: fc.constant<Query>({ type: 'all' }) },
)

/** Queries that the parser could have made, over the words of items.ts. */
export const anyQuery: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'query' },
    { weight: 3, arbitrary: term },
    { weight: 1, arbitrary: fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map(and) },
    { weight: 1, arbitrary: fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map(or) },
    {
      weight: 1,
      arbitrary: tie('query').map((of): Query => (of.type === 'not' ? of : { type: 'not', of })),
    },
  ),
})).query
