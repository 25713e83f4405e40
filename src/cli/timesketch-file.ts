import { stringify } from 'csv-stringify/sync'
import type { OutputFile } from './output-file.ts'

type Row = Readonly<Record<string, string | number | boolean>>

const BATCH = 500

/** The columns without which Timesketch takes no file. */
const REQUIRED = 'message,datetime,timestamp,timestamp_desc'

/** Writes rows as Timesketch takes them: JSONL, or CSV under one header. Answers how many. */
export async function writeTimesketch(
  rows: AsyncIterable<Row>,
  output: OutputFile,
  format: 'csv' | 'jsonl',
): Promise<number> {
  let batch: Row[] = []
  let written = 0
  const flush = async (): Promise<void> => {
    await output.write(
      format === 'csv'
        ? stringify(batch, {
            header: written === 0,
            record_delimiter: '\r\n',
            // By itself it quotes only what holds both characters of the delimiter.
            quoted_match: /[\r\n]/,
            cast: { boolean: String },
          })
        : batch.map((row) => `${JSON.stringify(row)}\n`).join(''),
    )
    written += batch.length
    batch = []
  }
  for await (const row of rows) {
    batch.push(row)
    if (batch.length === BATCH) await flush()
  }
  if (batch.length > 0) await flush()
  // Timesketch wants the header of a file without rows, too.
  if (written === 0 && format === 'csv') await output.write(`${REQUIRED}\r\n`)
  return written
}
