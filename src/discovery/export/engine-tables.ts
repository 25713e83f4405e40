import { chmod } from 'node:fs/promises'
import { CodedError } from '../../platform/errors.ts'
import { readPart, sizeOf } from '../../platform/files.ts'
import { release } from '../../platform/release.ts'
import type { Engine } from '../../query/engine.ts'
import { csvColumns, formulaCount, joinedCount, renamed, typedColumns } from './columns.ts'
import type { Field } from './fields.ts'
import { minimiseParams, type Minimise } from './minimise.ts'
import type { Table } from './tables.ts'
import { quoted } from '../../query/sql-text.ts'
import { ensureWhole, outputToFile, rowsIn } from './engine-output.ts'
import { attempt } from './growing-file.ts'
import { readSlices, type SliceForm } from './slice-reader.ts'
import type { Stage } from './stage.ts'
import type { Change, Written } from './writer.ts'

// Formats that the engine writes by itself: no cell passes through this program.

export interface TableTask {
  readonly table: Table
  readonly fields: readonly Field[]
  readonly minimise: Minimise
  /** Beginning of the name of files that the engine may write for a moment. */
  readonly temporary: string
  readonly signal: AbortSignal
  readonly onRows: (rows: number) => void
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** A flat CSV (RFC 4180); `spreadsheet`: with BOM, and with formulas defused. */
export async function writeCsv(
  task: TableTask,
  path: string,
  profile: 'spreadsheet' | 'machine',
  stage: Stage,
): Promise<Written> {
  const { table, fields, minimise } = task
  const spreadsheet = profile === 'spreadsheet'
  const columns = csvColumns(fields, minimise, { defuse: spreadsheet })
  const head = `${fields.map(({ name }) => `"${name}"`).join(',')}\r\n`
  const start = spreadsheet ? Buffer.concat([BOM, Buffer.from(head)]) : Buffer.from(head)
  const form = { columns, names: false, format: 'CSV', start }
  // Both are work for the engine, which has a core for each.
  const counting = countChanges()
  counting.catch(() => undefined)
  const rows = await writeSlices(task, path, form, stage)
  const [formulas, joined] = await counting
  const changes: Change[] = []
  if (formulas > 0)
    changes.push({
      code: 'FORMULA_DEFUSED',
      count: formulas,
      file: path,
      how: 'cells that a spreadsheet would run as a formula begin with an apostrophe here; --profile machine leaves them as they are',
    })
  if (joined > 0)
    changes.push({
      code: 'LIST_JOINED',
      count: joined,
      file: path,
      how: 'cells hold several values, separated by line feeds',
    })
  return { rows, changes }

  async function countChanges(): Promise<readonly [number, number]> {
    const params = minimiseParams(minimise)
    const sum = async (sql: string): Promise<number> => (sql === '0' ? 0 : table.sum(sql, params))
    const found = spreadsheet ? await sum(formulaCount(fields, minimise)) : 0
    return [found, await sum(joinedCount(fields))]
  }
}

/** An object a line, of the flat fields. */
export async function writeLines(task: TableTask, path: string, stage: Stage): Promise<Written> {
  const columns = typedColumns(task.fields, task.minimise)
  const form = { columns, names: true, format: 'JSONEachRow', start: Buffer.alloc(0) }
  const rows = await writeSlices(task, path, form, stage)
  return { rows, changes: [] }
}

interface Output extends Pick<SliceForm, 'columns' | 'names' | 'format'> {
  /** What stands before the first row. */
  readonly start: Buffer
}

async function writeSlices(
  task: TableTask,
  path: string,
  { start, ...output }: Output,
  stage: Stage,
): Promise<number> {
  const { names, format } = output
  const form: SliceForm = {
    ...output,
    outputs: task.fields.map(({ name }) => (names ? name : `out_${name}`)),
    rowsIn: (bytes) => rowsIn(bytes, format),
  }
  const done = typeof stage.cursor === 'number' ? stage.cursor : 0
  const file = await stage.create(path)
  if (done === 0) await file.write(start)
  let written = 0
  for await (const { at, bytes, rows } of readSlices(task, form, done)) {
    await file.write(bytes)
    release([bytes])
    written = rows
    task.onRows(rows)
    if (stage.isDue) stage.beginCheckpoint(at + 1)
  }
  await file.end(written)
  return written
}

/** Enough for good compression, little enough for memory. */
const GROUP_ROWS = 20_000

const COLUMNAR = {
  parquet: `output_format_parquet_row_group_size = ${GROUP_ROWS}, output_format_parquet_compression_method = 'zstd', output_format_parquet_string_as_string = 1, output_format_parquet_parallel_encoding = 1, max_block_size = ${GROUP_ROWS}`,
  arrow: `output_format_arrow_compression_method = 'lz4_frame', output_format_arrow_string_as_string = 1, max_block_size = ${GROUP_ROWS}`,
} as const

/** Parquet or Arrow, by the in-process engine straight into the file. Throws EXPORT_NEEDS_ENGINE with a server. */
export async function writeColumnar(
  task: TableTask,
  path: string,
  format: 'parquet' | 'arrow',
  stage: Stage,
  file: string,
): Promise<Written> {
  const { table, fields, minimise, signal } = task
  if (table.engine.where === 'server')
    throw new CodedError(
      'EXPORT_NEEDS_ENGINE',
      `Cannot write ${format} with the index on a ClickHouse server: export csv or jsonl, or use the index in-process`,
    )
  signal.throwIfAborted()
  const rows = await table.rows()
  const { sql, params } = table.whole(typedColumns(fields, minimise))
  const statement = {
    sql: renamed(fields, sql),
    params: { ...params, ...minimiseParams(minimise) },
    format: format === 'parquet' ? 'Parquet' : 'Arrow',
    settings: COLUMNAR[format],
  }
  await outputToFile(table.engine, statement, file)
  await ensureWhole(file, await isWhole(table.engine, statement.format, file, rows))
  await attempt('write', file, () => chmod(file, 0o644))
  await stage.adopt(path, rows)
  task.onRows(rows)
  return { rows, changes: [] }
}

/** Both formats begin and end with a mark of their own, and tell their rows at the end. */
async function isWhole(
  engine: Engine,
  format: string,
  file: string,
  rows: number,
): Promise<boolean> {
  const mark = format === 'Parquet' ? 'PAR1' : 'ARROW1'
  const bytes = sizeOf(file)
  const end = readPart(file, Math.max(0, bytes - mark.length), mark.length)
  if (bytes < 2 * mark.length || end.toString('latin1') !== mark) return false
  const [row] = await engine.query(`SELECT count() FROM file(${quoted(file)}, ${format})`)
  return Number(row?.[0]) === rows
}
