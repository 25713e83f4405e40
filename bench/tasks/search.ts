import { join } from 'node:path'
import { openApp } from '../../src/app.ts'
import { openEngine } from '../../src/query/engine.ts'
import { openIndex } from '../../src/query/index-store.ts'
import { parse } from '../../src/query/kql/parser.ts'
import { count, facets, histogram, search } from '../../src/query/search.ts'
import { mergesDone, partsOf } from '../bare.ts'
import { PAGE, type Draw } from '../mix.ts'
import { timeMix, type KindFigures, type SearchInput } from '../timing.ts'

export interface SearchFigures {
  readonly kinds: readonly KindFigures[]
  /** Of the table that is searched. */
  readonly parts: number
}

/** The mix through the functions that the application calls, reading the KQL included. */
export async function searchCore({ corpusDir, path }: SearchInput): Promise<SearchFigures> {
  const engine = await openEngine({ path: join(path, 'index') })
  const index = await openIndex(engine)
  await mergesDone(engine)
  const kinds = await timeMix(corpusDir, async ({ asked, kql }) => {
    const query = parse(kql)
    switch (asked) {
      case 'page': {
        const { rows } = await search(index, { query, order: 'newest', limit: PAGE })
        return () => rows.map(({ id }) => id).join()
      }
      case 'count': {
        const found = await count(index, query, 'item')
        return () => String(found)
      }
      case 'summary': {
        const [byTime, byValue] = await Promise.all([
          histogram(index, query, 'day'),
          facets(index, query),
        ])
        return () =>
          JSON.stringify([
            byTime.map(({ items }) => items),
            byValue.map(({ name, values }) => [name, values.map(({ items }) => items)]),
          ])
      }
      default:
        throw unknown(asked)
    }
  })
  const parts = await partsOf(engine)
  await index.close()
  return { kinds, parts }
}

/** The mix through the HTTP interface, in-process: what an operator feels, recording the look included. */
export async function searchHttp({
  corpusDir,
  path,
}: SearchInput): Promise<readonly KindFigures[]> {
  const app = await openApp({
    dataDir: path,
    purpose: 'benchmark',
    index: true,
    signal: new AbortController().signal,
    environment: {},
  })
  const kinds = await timeMix(corpusDir, async (draw) => {
    const response = await app.fetch(new Request(addressOf(draw)))
    const text = await response.text()
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${draw.kql}: ${text}`)
    return () => String(text.length)
  })
  await app.close()
  return kinds
}

const PATHS: Readonly<Record<Draw['asked'], string>> = {
  page: `/api/v1/items?top=${PAGE}`,
  count: '/api/v1/items/count?unit=item',
  summary: '/api/v1/items/summary?bucket=day',
}

function addressOf({ asked, kql }: Draw): URL {
  const url = new URL(PATHS[asked], 'http://daybook.local')
  url.searchParams.set('q', kql)
  return url
}

function unknown(asked: never): Error {
  return new Error(`nothing asks for "${String(asked)}"`)
}
