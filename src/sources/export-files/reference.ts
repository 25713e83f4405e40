import { createHash } from 'node:crypto'
import type { ReferenceKind, SourceEvent } from '../source.ts'
import type { ByteReader } from './byte-reader.ts'
import { readCsvHeader } from './csv-header.ts'
import { CsvSplitter } from './csv-splitter.ts'
import { transcoder } from './encoding.ts'
import type { EncodingGuess } from './encoding.ts'
import { InputError, unreadable } from './input-error.ts'
import { JsonSplitter } from './json-splitter.ts'
import type { Problem } from './splitter.ts'

/** A usage report of 500,000 people is 60 MB. */
const MAX_BYTES = 64 << 20

/** Reads a file of reference data whole: it means nothing in pieces, so a broken or too large one is an error. */
export async function readReference(
  name: string,
  reference: ReferenceKind,
  guess: EncodingGuess,
  reader: ByteReader,
  signal: AbortSignal | undefined,
): Promise<SourceEvent> {
  const hash = createHash('sha256')
  const pieces: Uint8Array[] = []
  const text = transcoder(guess)
  let size = 0
  let skip = guess.markBytes
  try {
    for (let piece = await reader.next(); piece !== null; piece = await reader.next()) {
      signal?.throwIfAborted()
      hash.update(piece)
      size += piece.length
      if (size > MAX_BYTES) {
        throw new InputError(
          'RECORD_TOO_LARGE',
          `this file of reference data is larger than ${MAX_BYTES >> 20} MB and was left out: export it in parts`,
        )
      }
      const rest = piece.subarray(skip)
      skip -= piece.length - rest.length
      pieces.push(text === null ? rest : text.push(rest))
    }
  } catch (cause) {
    signal?.throwIfAborted()
    const { code, message } = cause instanceof InputError ? cause : unreadable(cause)
    return { type: 'error', file: name, offset: null, code, message }
  }
  if (text !== null) pieces.push(text.end())
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  const problem = problemIn(bytes)
  if (problem !== null) {
    const message = `this file of reference data is cut off or broken here and was not taken: export it again`
    // Bytes of a file in UTF-16 are others than those of its text.
    const offset = text === null ? problem.offset + guess.markBytes : null
    return { type: 'error', file: name, offset, code: problem.code, message }
  }
  const digest = { size, sha256: hash.digest('hex') }
  return { type: 'reference', name, reference, encoding: guess.encoding, bytes, digest }
}

/** Where the text ends too early, or is no JSON: half of a directory must not pass for the whole. */
function problemIn(bytes: Uint8Array): Problem | null {
  const limits = { chunkBytes: MAX_BYTES, maxRecordBytes: MAX_BYTES }
  const first = bytes.find((byte) => byte > 0x20)
  const isJson = first === 0x7b || first === 0x5b
  const header = isJson ? null : readCsvHeader(bytes, true)
  if (!isJson && header === null) return null
  const splitter =
    header === null
      ? new JsonSplitter(limits)
      : new CsvSplitter(
          {
            delimiter: header.delimiter.charCodeAt(0),
            neededColumn: 0,
            columns: header.columns.length,
            header: new Uint8Array(0),
          },
          limits,
          header.end,
        )
  const parts = [...splitter.push(bytes.subarray(header?.end ?? 0)), ...splitter.end()]
  const problems = parts.filter((part) => part.kind === 'problem')
  return problems.find(({ code }) => isJson || code === 'FILE_TRUNCATED') ?? null
}
