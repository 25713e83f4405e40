import type { IndexStore } from '../../query/index-store.ts'
import type { ItemRow } from '../../query/item-row.ts'
import type { Query } from '../../query/kql/ast.ts'
import { search } from '../../query/search.ts'
import { all, countsOf, is, kqlOf, not } from '../kql.ts'

/** What reading the history leaves in the log is no act of the person; it is counted at the end. */
const OWN_ACCESS = is('kind', 'own-access')

export const told = (query: Query): Query => all(query, not(OWN_ACCESS))

const PAGE = 200

/** Everything that matches, oldest first, page by page: as much memory as a page takes. */
export async function* oldestFirst(
  index: IndexStore,
  query: Query,
  signal?: AbortSignal,
): AsyncGenerator<ItemRow> {
  let after: string | undefined
  do {
    signal?.throwIfAborted()
    const request = { query: told(query), order: 'oldest', limit: PAGE } as const
    const page: Awaited<ReturnType<typeof search>> = await search(index, {
      ...request,
      ...(after === undefined ? {} : { after }),
    })
    yield* page.rows
    after = page.next ?? undefined
  } while (after !== undefined)
}

/** Where records are missing, and what was left out: counted, each with the query that lists it. */
export interface TimelineGap {
  readonly what: 'without-text' | 'without-audit' | 'own-access'
  readonly items: number
  readonly kql: string | null
}

export async function gapsOf(index: IndexStore, query: Query): Promise<TimelineGap[]> {
  const asked = [
    ['without-text', all(told(query), is('finding', 'AUDIT_WITHOUT_TEXT'))],
    ['without-audit', all(told(query), is('finding', 'TEXT_WITHOUT_AUDIT'))],
    ['own-access', all(query, OWN_ACCESS)],
  ] as const
  const counts = await countsOf(
    index,
    asked.map(([, of]) => of),
  )
  return asked.map(([what, of], at) => ({ what, items: counts[at] ?? 0, kql: kqlOf(of) }))
}
