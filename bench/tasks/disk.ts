import { Readable } from 'node:stream'
import { constants, createZstdCompress } from 'node:zlib'
import { decodeLine, rawOf } from '../../src/archive/line.ts'
import { openReader } from '../../src/archive/reader.ts'
import { mergesDone, openBare, type Bare } from '../bare.ts'
import { tenantFolder, type DataInput } from './verify.ts'

export interface ZstdFigures {
  readonly records: number
  readonly rawBytes: number
  readonly zstdBytes: number
}

const LINE_FEED = Buffer.from('\n')

/** What `zstd -3` makes of the raw records that are archived, one a line, in one stream. */
export async function rawZstd({ dataDir }: DataInput): Promise<ZstdFigures> {
  const reader = await openReader(tenantFolder(dataDir))
  let records = 0
  let rawBytes = 0
  async function* raw(): AsyncGenerator<Buffer> {
    for await (const { lines } of reader.scan(0)) {
      const parts = lines.flatMap((line) => [rawOf(decodeLine(line)), LINE_FEED])
      const chunk = Buffer.concat(parts)
      records += lines.length
      rawBytes += chunk.length
      yield chunk
    }
  }
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
  let zstdBytes = 0
  for await (const chunk of Readable.from(raw(), { objectMode: false }).pipe(compress)) {
    if (Buffer.isBuffer(chunk)) zstdBytes += chunk.length
  }
  return { records, rawBytes, zstdBytes }
}

export interface SizeFigures {
  /** Bytes of the tables as they were left, merging being done. */
  readonly left: number
  /** Bytes of the tables as one part each. */
  readonly merged: number
}

/** Bytes of all tables, with those that the product makes for its own ways of searching; `path` is where the engine keeps them. */
export async function tableSizes({ path }: { readonly path: string }): Promise<SizeFigures> {
  const engine = openBare(path)
  await mergesDone(engine)
  const left = await bytesOf(engine)
  for (const table of await tablesOf(engine)) await engine.run(`OPTIMIZE TABLE ${table} FINAL`)
  const merged = await bytesOf(engine)
  await engine.close()
  return { left, merged }
}

async function tablesOf(engine: Bare): Promise<string[]> {
  const found = await engine.query(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
  )
  return found.map(([name]) => String(name))
}

async function bytesOf(engine: Bare): Promise<number> {
  const [row] = await engine.query(
    'SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()',
  )
  return Number(row?.[0])
}
