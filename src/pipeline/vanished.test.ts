import { expect, test } from 'vitest'
import { openCatalog } from '../catalog/catalog.ts'
import { referenceStore } from '../catalog/reference.ts'
import { listingsOf, vanishedSince } from './vanished.ts'

const at = (hour: number): string => `2026-03-02T0${hour}:00:00.000Z`

test('somebody whom a later list of all people does not name has vanished since then', () => {
  const store = referenceStore(openCatalog(':memory:').database)
  const take = (name: string, hour: number, people: readonly string[]) =>
    store.take(
      {
        id: `${name}${hour}`,
        tenant: 't',
        kind: 'directory',
        name,
        sha256: `${name}${hour}`,
        bytes: 1,
        rows: people.length,
        concealed: 0,
        asOf: null,
        actor: 'local:kim',
        takenAt: at(hour),
      },
      people.map((id) => ({ key: `id:${id}`, body: '{}' })),
    )
  take('directory/users-1.json', 1, ['avery', 'kim'])
  take('directory/users-2.json', 2, ['avery'])
  // An export of some people says nothing about the others.
  take('sales.csv', 3, ['avery'])

  const listings = listingsOf(store, 't')
  const gone = store
    .history('t', 'directory', 'id:')
    .map(({ key, last }) => [key, vanishedSince(last, listings)])
  expect(Object.fromEntries(gone)).toEqual({ 'id:avery': null, 'id:kim': at(2) })
})
