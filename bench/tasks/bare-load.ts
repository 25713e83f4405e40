import { join } from 'node:path'
import { openEngine } from '../../src/query/engine.ts'
import { openIndex } from '../../src/query/index-store.ts'
import { structureOf } from '../../src/query/schema.ts'
import { quoted } from '../../src/query/sql-text.ts'
import { bareTables, openBare, TABLES, type TableName } from '../bare.ts'

export interface ExportInput {
  /** Where our index lies. */
  readonly path: string
  /** Where the rows go, a file for each table. */
  readonly folder: string
}

export interface LoadFigures {
  readonly seconds: number
  readonly rows: Readonly<Record<TableName, number>>
}

const NAMES: readonly TableName[] = ['items', 'records', 'links']
const fileOf = (folder: string, table: TableName): string => join(folder, `${table}.ndjson`)

/** Writes the rows that the product indexed to files, as the bare engine will read them. */
export async function exportRows({ path, folder }: ExportInput): Promise<null> {
  await forgetSuperseded(path)
  const engine = openBare(path)
  for (const table of NAMES) {
    const columns = TABLES[table].map(([name]) => name).join(', ')
    await engine.run(
      `INSERT INTO FUNCTION file(${quoted(fileOf(folder, table))}, JSONEachRow, ${quoted(structureOf(TABLES[table]))})
       SELECT ${columns} FROM ${table} SETTINGS engine_file_truncate_on_insert = 1`,
    )
  }
  await engine.close()
  return null
}

/** The bare tables hold what is searched, not what was written over. */
async function forgetSuperseded(path: string): Promise<void> {
  const index = await openIndex(await openEngine({ path }))
  await index.settled()
  const left = index.superseded
  await index.close()
  if (left > 0) throw new Error(`${left} superseded rows are still there`)
}

/** Loads these files into new tables: INSERT … SELECT, nothing else. */
export async function bareLoad({ path, folder }: ExportInput): Promise<LoadFigures> {
  const engine = openBare(path)
  for (const statement of bareTables()) await engine.run(statement)
  const started = performance.now()
  for (const table of NAMES) {
    await engine.run(
      `INSERT INTO ${table} SELECT * FROM file(${quoted(fileOf(folder, table))}, JSONEachRow, ${quoted(structureOf(TABLES[table]))})`,
    )
  }
  const seconds = (performance.now() - started) / 1_000
  const count = async (table: TableName): Promise<number> =>
    Number((await engine.query(`SELECT count() FROM ${table}`))[0]?.[0])
  const rows = {
    items: await count('items'),
    records: await count('records'),
    links: await count('links'),
  }
  await engine.close()
  return { seconds, rows }
}
