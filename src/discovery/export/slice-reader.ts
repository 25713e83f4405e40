import { OUTPUT_SETTINGS, renamed } from './columns.ts'
import { output } from './engine-output.ts'
import type { TableTask } from './engine-tables.ts'
import { minimiseParams } from './minimise.ts'

/** What the engine shall make of a slice's rows. */
export interface SliceForm {
  readonly columns: string
  /** What the columns are called; their own names or, of fields, `out_<field>`. */
  readonly outputs: readonly string[]
  /** Whether the format writes the names of the fields. */
  readonly names: boolean
  readonly format: string
  /** How many rows the bytes hold; -1 when the last one is cut. */
  readonly rowsIn: (bytes: Buffer) => number
}

/** A slice's rows in a format of the engine. */
interface SliceBytes {
  /** Number of the slice. */
  readonly at: number
  readonly bytes: Buffer
  /** Up to and with this slice. */
  readonly rows: number
}

/** Slices that the engine makes at once while one is written: a thread of it makes one. */
const AHEAD = 2

/** The rows of a table in slices, from the given one on, made by the engine while the ones before are used. */
export async function* readSlices(
  task: TableTask,
  form: SliceForm,
  from: number,
): AsyncGenerator<SliceBytes> {
  const { table, fields, minimise, signal } = task
  const slices = await table.slices()
  const read = async (at: number): Promise<Buffer> => {
    const slice = slices[at]
    if (slice === undefined) return Buffer.alloc(0)
    const temporary = `${task.temporary}-${at % AHEAD}`
    const { sql, params } = await slice.statement(form.columns, temporary)
    const statement = {
      sql: form.names ? renamed(fields, sql) : sql,
      params: { ...params, ...minimiseParams(minimise) },
      format: form.format,
      settings: OUTPUT_SETTINGS,
    }
    const isWhole = (bytes: Buffer): boolean => form.rowsIn(bytes) === slice.rows
    return output(table.engine, statement, form.outputs, temporary, isWhole)
  }
  let rows = slices.slice(0, from).reduce((sum, slice) => sum + slice.rows, 0)
  const reading: Promise<Buffer>[] = []
  const readAhead = (at: number): void => {
    const next = read(at)
    // Told when its turn comes.
    next.catch(() => undefined)
    reading.push(next)
  }
  for (let ahead = 0; ahead < AHEAD; ahead += 1) readAhead(from + ahead)
  try {
    for (let at = from; at < slices.length; at += 1) {
      signal.throwIfAborted()
      const bytes = (await reading.shift()) ?? Buffer.alloc(0)
      readAhead(at + AHEAD)
      rows += slices[at]?.rows ?? 0
      yield { at, bytes, rows }
    }
  } finally {
    // The engine may not be closed under what it still does.
    await Promise.allSettled(reading)
  }
}
