import { expect, test } from 'vitest'
import type { ReferenceNames } from '../interactions/reference/names.ts'
import type { Table } from '../reports/figure.ts'
import { withReference } from './report-names.ts'

const USER = '3d1d8047-74a9-4b07-8c88-2fc2fba84418'

function table(name: string, labels: readonly string[]): Table {
  return {
    name,
    title: name,
    rowTitle: 'Row',
    columns: [],
    rows: labels.map((label) => ({ label, figures: {} })),
    none: null,
    total: null,
    distinct: labels.length,
    notes: ['First.'],
  }
}

const names: ReferenceNames = {
  agent: (_tenant, id) =>
    id === 'p_1' ? { name: 'Contoso HR', file: 'a/packages.json', asOf: '2026-03-02' } : null,
  person: (tenant, { objectId, upn }) =>
    tenant === 't' && (objectId === USER || upn === 'avery@contoso.com')
      ? {
          name: objectId === null ? 'Avery Howard' : 'Theo Vance',
          file: 'users.csv',
          asOf: '2026-03-02',
          copilotLicence: objectId !== null,
          department: null,
          lastActivity: null,
        }
      : null,
  place: () => null,
}

test('an agent that the records give an id of only is named, with the file that says it', () => {
  const [told] = withReference([table('agents', ['p_1', 'Leave desk'])], names, ['t'])

  expect(told?.rows).toMatchObject([
    { label: 'p_1', reference: { name: 'Contoso HR' } },
    { label: 'Leave desk' },
  ])
  expect(told?.notes).toEqual([
    'First.',
    'By reference data (packages.json, 2026-03-02): p_1 is Contoso HR.',
  ])
})

test('people known by an id only are named, and licences are counted as far as they are known', () => {
  const labels = [USER, 'avery@contoso.com', 'robin@contoso.com']
  const [told] = withReference([table('users', labels)], names, ['other', 't'])

  expect(told?.notes.slice(1)).toEqual([
    `By reference data (users.csv, 2026-03-02): ${USER} is Theo Vance.`,
    'By reference data (users.csv, 2026-03-02) 1 of 2 of these people has a Copilot licence; of the other 1 it is not known.',
  ])
})

test('without reference data, and in other tables, nothing is added', () => {
  const tables = [table('sites', ['p_1']), table('agents', ['p_2']), table('users', ['x'])]

  expect(withReference(tables, names, ['t'])).toEqual(tables)
})
