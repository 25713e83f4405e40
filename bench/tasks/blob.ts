import { closeSync, openSync, writeSync } from 'node:fs'
import { makeHistory } from '../../src/tenant/history/history.ts'

export interface BlobInput {
  readonly file: string
  readonly bytes: number
}

const OPENING = Buffer.from('[')
const COMMA = Buffer.from(',')
const CLOSING = Buffer.from(']')
/** Enough audit records, at some 1.5 kB each, of which most lie in blobs of this spelling. */
const RECORDS_PER_BYTE = 1 / 600

/** Writes one blob of the Management Activity API: an array of audit records, as long as asked for. */
export async function makeBlob({ file, bytes }: BlobInput): Promise<{ readonly bytes: number }> {
  const out = openSync(file, 'w')
  let written = 0
  const write = (part: Uint8Array): void => {
    writeSync(out, part)
    written += part.length
  }
  // Another seed than the corpus has: nothing in it is a repeat of it.
  makeHistory({ seed: 2, records: Math.ceil(bytes * RECORDS_PER_BYTE) }, (path, blob) => {
    if (written >= bytes || !path.startsWith('management/')) return
    if (!startsWith(blob, '[{')) return
    write(written === 0 ? OPENING : COMMA)
    write(blob.subarray(1, -1))
  })
  write(CLOSING)
  closeSync(out)
  if (written < bytes) throw new Error(`the blob has only ${written} of ${bytes} bytes`)
  return { bytes: written }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, text.length).toString('latin1') === text
}
