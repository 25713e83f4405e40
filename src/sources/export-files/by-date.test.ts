import { expect, test } from 'vitest'
import { byDate } from './by-date.ts'
import type { Found } from './find-files.ts'

async function* files(...paths: string[]): AsyncGenerator<Found> {
  for (const path of paths) yield { kind: 'file', path, size: 1, isPipe: false }
}

test('byDate() brings the files of one day of several sources together', async () => {
  const found = files(
    'management/2026-03-02/a.json',
    'management/2026-03-03/b.json',
    'graph/2026-03-02/c.json',
    'purview/2026-03/audit-20260303.csv',
    'notes/other.json',
  )

  const order = (await byDate(found)).map(({ path }) => path)

  expect(order).toEqual([
    'notes/other.json',
    'management/2026-03-02/a.json',
    'graph/2026-03-02/c.json',
    'management/2026-03-03/b.json',
    'purview/2026-03/audit-20260303.csv',
  ])
})

test('byDate() keeps the order given where names hold no date', async () => {
  const order = (await byDate(files('b.json', 'a.json', 'x/192.168.2024.json'))).map(
    ({ path }) => path,
  )

  expect(order).toEqual(['b.json', 'a.json', 'x/192.168.2024.json'])
})
