import { describe, expect, test } from 'vitest'
import { openCatalog } from './catalog.ts'
import { referenceStore, type ReferenceFile } from './reference.ts'

function file(id: string, changes: Partial<ReferenceFile> = {}): ReferenceFile {
  return {
    id,
    tenant: 't',
    kind: 'directory',
    name: `${id}.csv`,
    sha256: id,
    bytes: 1,
    rows: 1,
    concealed: 0,
    asOf: null,
    actor: 'local:avery',
    takenAt: '2026-03-02T09:15:04.000Z',
    ...changes,
  }
}

const store = () => referenceStore(openCatalog(':memory:').database)
const bodies = (found: readonly { readonly body: string }[]) => found.map(({ body }) => body)

describe('reference data in the catalog', () => {
  test('the same file again is noted, not doubled', () => {
    const reference = store()
    const entries = [{ key: 'id:a', body: '{"name":"A"}' }]

    expect(reference.take(file('one'), entries)).toBe(true)
    expect(reference.take(file('two', { sha256: 'one' }), entries)).toBe(false)
    expect(reference.files()).toMatchObject([{ id: 'one', seen: 2 }])
    expect(bodies(reference.lookUp(['t'], ['id:a']))).toEqual(['{"name":"A"}'])
  })

  test('a later file wins, whatever the order of import, and the earlier saying is kept', () => {
    const reference = store()
    reference.take(file('new', { asOf: '2026-07-03' }), [{ key: 'id:a', body: '"new"' }])
    reference.take(file('old', { asOf: '2026-06-03' }), [{ key: 'id:a', body: '"old"' }])

    expect(bodies(reference.lookUp(['t'], ['id:a']))).toEqual(['"new"'])
    expect(reference.files().map(({ id }) => id)).toEqual(['new', 'old'])
  })

  test('the same saying in a later file moves on to it', () => {
    const reference = store()
    reference.take(file('one', { asOf: '2026-06-03' }), [{ key: 'id:a', body: '"A"' }])
    reference.take(file('two', { asOf: '2026-07-03' }), [{ key: 'id:a', body: '"A"' }])

    expect(reference.lookUp(['t'], ['id:a'])).toMatchObject([
      { file: 'two.csv', asOf: '2026-07-03' },
    ])
  })

  test('kinds do not hide each other, tenants are kept apart, a key listed twice counts once', () => {
    const reference = store()
    reference.take(file('one'), [
      { key: 'id:a', body: '"first"' },
      { key: 'id:a', body: '"second"' },
    ])
    reference.take(file('two', { kind: 'usage-report' }), [{ key: 'id:a', body: '"used"' }])

    expect(bodies(reference.lookUp(['t'], ['id:a'])).toSorted()).toEqual(['"first"', '"used"'])
    expect(reference.lookUp(['other'], ['id:a'])).toEqual([])
    expect(reference.lookUp([], [])).toEqual([])
  })

  test('many keys are looked up at once', () => {
    const reference = store()
    const keys = Array.from({ length: 1_500 }, (_, at) => `id:${at}`)
    reference.take(
      file('one'),
      keys.map((key) => ({ key, body: `"${key}"` })),
    )

    expect(reference.lookUp(['t'], keys)).toHaveLength(1_500)
  })
})
