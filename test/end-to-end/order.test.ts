import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  aCorpus,
  differences,
  folders,
  hitsOf,
  itemsOf,
  openHere,
  timeless,
} from './daybook.suite.ts'

const newFolder = folders()

test('the order in which the two sources are imported changes no item', async () => {
  const { management, graph, purview, facts } = await aCorpus(newFolder(), 300, { days: 4 })
  const audit = [...filesOf(management), ...filesOf(purview)]
  // Every list is an import of its own: late parts must find the item that is there.
  const orders = [[audit, [graph]], [[graph], audit], mixed(audit, filesOf(graph))]
  const told = []
  for (const imports of orders) {
    const app = await openHere(newFolder())
    let added = 0
    for (const paths of imports) added += (await app.import(paths)).added
    expect(added).toBe(facts.expected.added)
    // What the index tells of every item; and of a sixth of them what is read anew, with their records.
    const hits = (await hitsOf(app, '*')).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(hits).toHaveLength(facts.items)
    const sixth = hits.filter((_, at) => at % 6 === 0)
    const items = await itemsOf(app, `id:${sixth.map(({ id }) => id).join(',')}`)
    expect(items).toHaveLength(sixth.length)
    await app.close()
    told.push([
      ...hits.map((hit) => ({ ...hit, receivedAt: null, sequences: null })),
      ...items.toSorted((a, b) => (a.item.id < b.item.id ? -1 : 1)).map(timeless),
    ])
  }
  const [first = [], ...others] = told
  for (const other of others) expect(differences(first, other)).toEqual([])
})

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

const TURNS = 5

// Each source keeps its own order (the later of two versions is the newer one), but they take turns.
function mixed(audit: readonly string[], texts: readonly string[]): (readonly string[])[] {
  const turn = (files: readonly string[], at: number) =>
    files.slice((files.length * at) / TURNS, (files.length * (at + 1)) / TURNS)
  return Array.from({ length: TURNS }, (_, at) => [turn(texts, at), turn(audit, at)])
    .flat()
    .filter((files) => files.length > 0)
}
