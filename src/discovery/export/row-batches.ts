import { joinedCount, packedColumns } from './columns.ts'
import { packedCount, typesOf } from './packed-rows.ts'
import type { TableTask } from './engine-tables.ts'
import { readSlices } from './slice-reader.ts'

/** The rows of a table packed, in slices: for formats that are written cell by cell. */
export async function* rowBatches(task: TableTask): AsyncGenerator<Buffer> {
  const { fields, minimise } = task
  const types = typesOf(fields)
  const form = {
    columns: `toUInt32(${joinedCount(fields)}) AS joined, ${packedColumns(fields, minimise)}`,
    outputs: ['joined', ...fields.map(({ name }) => `out_${name}`)],
    names: false,
    format: 'RowBinary',
    rowsIn: (bytes: Buffer) => packedCount(bytes, types),
  }
  for await (const { bytes, rows } of readSlices(task, form, 0)) {
    yield bytes
    task.onRows(rows)
  }
}
