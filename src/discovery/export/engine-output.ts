import { readFile, rm, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import type { Engine, Params } from '../../query/engine.ts'
import { quoted } from '../../query/sql-text.ts'
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

/**
 * Has the in-process engine write the answer to a file. The engine does not say when the disk was full, and leaves a
 * file that ends early (seen with chdb 3.4): whoever calls has to see that the file is whole, with `ensureWhole`.
 */
export async function outputToFile(
  engine: Engine,
  { sql, params, format, settings }: OutputStatement,
  file: string,
): Promise<void> {
  await engine.run(
    `INSERT INTO FUNCTION file(${quoted(file)}, ${format}) ${sql} SETTINGS engine_file_truncate_on_insert = 1, ${settings}`,
    params,
  )
}

/** Throws DISK_FULL, or OUTPUT_CUT where there is room, unless the file is whole. */
export async function ensureWhole(file: string, whole: boolean): Promise<void> {
  const { bavail, bsize } = await attempt('look at', file, () => statfs(dirname(file)))
  if (whole && bavail * bsize > 0) return
  throw bavail * bsize < LITTLE_BYTES
    ? new CodedError(
        'DISK_FULL',
        `Cannot write the export to "${file}": the disk is full; free some space and run the same command again, it goes on`,
      )
    : new CodedError(
        'OUTPUT_CUT',
        `Cannot write the export to "${file}": the file ends early, though the disk has room; check quotas and limits (ulimit -f) and run the same command again`,
      )
}

/** Less room than this after a file was cut: that was why. */
const LITTLE_BYTES = 64 * 1024 * 1024

/** Rows in whole text of the engine's: line feeds, in CSV those outside quotes; -1 when the last one has no end. */
export function rowsIn(bytes: Buffer, format: string): number {
  const quotes = format === 'CSV'
  let rows = 0
  let inside = false
  const { length } = bytes
  // By index: an iterator takes ten times as long.
  // oxlint-disable-next-line unicorn/no-for-loop, typescript/prefer-for-of
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at]
    if (byte === 0x0a) rows += inside ? 0 : 1
    else if (byte === 0x22 && quotes) inside = !inside
  }
  return bytes.length > 0 && (inside || bytes.at(-1) !== 0x0a) ? -1 : rows
}

/** The answer as bytes: in-process by way of a file, of which the engine needs no second copy in memory. `isWhole`: of these bytes. */
export async function output(
  engine: Engine,
  statement: OutputStatement,
  columns: readonly string[],
  temporary: string,
  isWhole: (bytes: Buffer) => boolean,
): Promise<Buffer> {
  if (engine.where === 'in-process') {
    await outputToFile(engine, statement, temporary)
    const bytes = await attempt('read', temporary, () => readFile(temporary))
    await ensureWhole(temporary, isWhole(bytes))
    await attempt('remove', temporary, () => rm(temporary))
    return bytes
  }
  const { sql, params, format, settings } = statement
  const binary = format === 'RowBinary'
  const row = `formatRow('${format}', ${columns.join(', ')})`
  // Its answer is JSON: what is no text travels as base64.
  const rows = await engine.query(
    `SELECT ${binary ? `base64Encode(${row})` : row} FROM (${sql}) SETTINGS ${settings}`,
    params,
  )
  return binary
    ? Buffer.concat(rows.map(([text]) => Buffer.from(String(text), 'base64')))
    : Buffer.from(rows.map(([text]) => String(text)).join(''))
}
