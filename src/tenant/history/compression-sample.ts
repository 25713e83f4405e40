import { constants, zstdCompressSync } from 'node:zlib'
import { Bytes } from './bytes.ts'
import type { RecordSample } from './day.ts'

/** Records of one day as an import reads them, shape by shape, to learn how well they compress. */
export interface CompressionSample {
  readonly add: RecordSample
  /** Size after zstd level 3 of the raw NDJSON, in thousandths of its size before. */
  perMille(): number
}

const MOST_BYTES = 16 * 1024 * 1024
const NEWLINE = 10

export function compressionSample(): CompressionSample {
  const lines = { page: new Bytes(), blob: new Bytes(), csv: new Bytes() }
  return {
    add: (shape, record) => {
      const out = lines[shape]
      if (out.length > MOST_BYTES) return
      out.append(record)
      out.byte(NEWLINE)
    },
    perMille: () => {
      const raw = Buffer.concat([lines.page.view(), lines.blob.view(), lines.csv.view()])
      const params = { [constants.ZSTD_c_compressionLevel]: 3 }
      return Math.round((zstdCompressSync(raw, { params }).length / raw.length) * 1_000)
    },
  }
}
