// The bare engine: the same tables without any of our code in between, with the settings it comes with.
import { createClient } from '@clickhouse/client'
import { createChdbConnection } from 'chdb/connection'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CREATE,
  definition,
  ITEM_COLUMNS,
  LINK_COLUMNS,
  RECORD_COLUMNS,
} from '../src/query/schema.ts'

/** What the product keeps for its own way of searching. */
const OURS = new Set<string>(['wordHashes'])

export const TABLES = {
  items: ITEM_COLUMNS.filter(([name]) => !OURS.has(name)),
  records: RECORD_COLUMNS,
  links: LINK_COLUMNS,
} as const

export type TableName = keyof typeof TABLES

type Params = Readonly<Record<string, unknown>>

/** The engine's own client, nothing else. */
export interface Bare {
  query(sql: string, params?: Params): Promise<readonly (readonly unknown[])[]>
  run(sql: string): Promise<void>
  close(): Promise<void>
}

export function openBare(path: string): Bare {
  const connection: unknown = createChdbConnection({ path })
  if (!isConnection(connection)) throw new Error('this version of chdb is another one')
  const client = createClient({ connection })
  return {
    async query(sql, params = {}) {
      const answer = await client.query({
        query: sql,
        query_params: { ...params },
        format: 'JSONCompact',
      })
      return (await answer.json<readonly unknown[]>()).data
    },
    async run(sql) {
      await client.command({ query: sql })
    },
    close: () => client.close(),
  }
}

type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>

/** chdb types its connection against another copy of the client's interface: the same shape under another name. */
function isConnection(value: unknown): value is Connection {
  return typeof value === 'object' && value !== null && 'query' in value
}

/**
 * Columns, sorting key and indexes of the product's tables, without the settings it chose for storing them and without
 * what it derives for its own ways of searching.
 */
export function bareTables(): string[] {
  return Object.keys(TABLES).map((name) => {
    const created = CREATE.find((sql) => sql.startsWith(`CREATE TABLE IF NOT EXISTS ${name} (`))
    if (created === undefined) throw new Error(`the schema creates no table "${name}"`)
    const engine = created.lastIndexOf(' ENGINE = ')
    const settings = created.indexOf(' SETTINGS ', engine)
    const plain = settings === -1 ? created : created.slice(0, settings)
    const ours = ITEM_COLUMNS.filter(([column]) => OURS.has(column))
    return plain.replace(`${definition(ours)}, `, () => '')
  })
}

/** Waits until the engine has nothing left to merge, so that no query pays for it; a minute at most. */
export async function mergesDone(engine: Pick<Bare, 'query'>): Promise<void> {
  let quiet = 0
  for (let waited = 0; waited < 120 && quiet < 4; waited += 1) {
    const [row] = await engine.query('SELECT count() FROM system.merges')
    quiet = Number(row?.[0] ?? 0) === 0 ? quiet + 1 : 0
    await sleep(500)
  }
}

/** Active parts of the table that is searched. */
export async function partsOf(engine: Pick<Bare, 'query'>): Promise<number> {
  const [row] = await engine.query(
    "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'items'",
  )
  return Number(row?.[0] ?? 0)
}
