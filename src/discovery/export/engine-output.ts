import { readFile, rm } from 'node:fs/promises'
import { CodedError } from '../../platform/errors.ts'
import type { Engine, Params } from '../../query/engine.ts'
import { attempt } from './growing-file.ts'

/** A statement whose answer is wanted as bytes of one of the engine's own formats. */
export interface OutputStatement {
  readonly sql: string
  readonly params: Params
  /** Of the engine: CSV, JSONEachRow, Parquet, … */
  readonly format: string
  /** For a SETTINGS clause. */
  readonly settings: string
}

/** Has the in-process engine write the answer to a file, whole. Throws DISK_FULL or what the engine throws. */
export async function outputToFile(
  engine: Engine,
  { sql, params, format, settings }: OutputStatement,
  file: string,
): Promise<void> {
  try {
    await engine.run(
      `INSERT INTO FUNCTION file(${quoted(file)}, ${format}) ${sql} SETTINGS engine_file_truncate_on_insert = 1, ${settings}`,
      params,
    )
  } catch (error) {
    throw asExportError(error, file)
  }
}

/** The answer as bytes: in-process by way of a file, of which the engine needs no second copy in memory. */
export async function output(
  engine: Engine,
  statement: OutputStatement,
  columns: readonly string[],
  temporary: string,
): Promise<Buffer> {
  if (engine.where === 'in-process') {
    await outputToFile(engine, statement, temporary)
    return attempt('read', temporary, async () => {
      const bytes = await readFile(temporary)
      await rm(temporary)
      return bytes
    })
  }
  const { sql, params, format, settings } = statement
  const rows = await engine.query(
    `SELECT formatRow('${format}', ${columns.join(', ')}) FROM (${sql}) SETTINGS ${settings}`,
    params,
  )
  return Buffer.from(rows.map(([row]) => String(row)).join(''))
}

/** The engine speaks of its own disk; here it is the export's. */
function asExportError(error: unknown, file: string): unknown {
  if (!(error instanceof CodedError)) return error
  const full = error.code === 'INDEX_FULL' || /No space left|errno: 28\b/.test(String(error.cause))
  if (!full) return error
  return new CodedError(
    'DISK_FULL',
    `Cannot write the export to "${file}": the disk is full; free some space and run the same command again, it goes on`,
    { cause: error },
  )
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
