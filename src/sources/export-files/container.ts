import { createHash } from 'node:crypto'
import type { Container, Digest, SourceError, SourceEvent } from '../source.ts'
import type { ByteReader } from './byte-reader.ts'
import { CsvSplitter } from './csv-splitter.ts'
import { tableContext } from './container-context.ts'
import { guessEncoding, shiftedPositions, transcoder, Utf16Positions } from './encoding.ts'
import type { EncodingGuess } from './encoding.ts'
import { ChunkMaker } from './formats.ts'
import { InputError, unreadable } from './input-error.ts'
import { JsonSplitter } from './json-splitter.ts'
import { LineSplitter } from './line-splitter.ts'
import { NestedSplitter } from './nested-splitter.ts'
import { recognise } from './recognise.ts'
import type { Recognised, Structure } from './recognised.ts'
import { readReference } from './reference.ts'
import type { Part, Splitter, SplitterLimits } from './splitter.ts'

/** A container that has been read; what it is missing is the digest of its file. */
export interface ReadContainer {
  readonly container: Container
  readonly records: number
  /** Of the unpacked bytes; null for a file that is not packed, where it is the file's own. */
  readonly unpacked: Digest | null
}

/** What one run of the source shares. */
export interface Run {
  readonly limits: SplitterLimits
  readonly nextId: () => string
  readonly trustedBytes: number
  readonly signal: AbortSignal | undefined
}

/** Enough for the first records of nearly every file; a first record larger than that is looked at further. */
const HEAD_BYTES = [1 << 16, 1 << 20, 1 << 23]

/** Reads one unpacked file: recognises it, splits it, and says what containers it was. None: it was no export. */
export async function* readContainer(
  name: string,
  reader: ByteReader,
  run: Run,
  isPacked: boolean,
): AsyncGenerator<SourceEvent, readonly ReadContainer[]> {
  const { guess, recognised, failure } = await lookAt(reader)
  if (recognised.kind === 'reference') {
    yield await readReference(name, recognised.reference, guess, reader, run.signal)
    return []
  }
  if (recognised.kind !== 'export') {
    yield failure === null
      ? refusal(name, recognised)
      : error(name, failure.code, null, failure.message)
    return []
  }
  let container: Container = {
    id: run.nextId(),
    name,
    shape: recognised.shape,
    encoding: guess.encoding,
    header: recognised.header,
    context: recognised.context,
  }
  yield { type: 'container', container }

  const hash = createHash('sha256')
  let size = 0
  let records = 0
  const text = transcoder(guess)
  const positions =
    text === null ? shiftedPositions(guess.markBytes) : new Utf16Positions(guess.markBytes)
  const splitter = splitterFor(recognised.structure, run.limits)
  let maker = new ChunkMaker(container, positions)
  const earlier: { readonly container: Container; readonly records: number }[] = []
  let skipText = recognised.structure.kind === 'csv' ? recognised.structure.rowsFrom : 0
  let skipBytes = guess.markBytes
  let isTruncated = false

  function* events(parts: readonly Part[], isCut: boolean): Generator<SourceEvent> {
    for (const part of parts) {
      if (part.kind === 'records') {
        for (const chunk of maker.chunks(part)) {
          records += chunk.ranges.length / 2
          yield { type: 'chunk', chunk }
        }
      } else if (part.kind === 'columns') {
        if (part.text === container.header) continue
        // Another table with other columns: what it is read by lies with a container of its own.
        earlier.push({ container, records })
        records = 0
        container = {
          ...container,
          id: run.nextId(),
          name: `${name}#${earlier.length + 1}`,
          header: part.text,
          context: tableContext(part.text),
        }
        maker = new ChunkMaker(container, positions)
        yield { type: 'container', container }
      } else if (!(isCut && part.code === 'FILE_TRUNCATED')) {
        if (part.code === 'FILE_TRUNCATED') isTruncated = true
        yield error(name, part.code, positions.positionOf(part.offset), part.message)
      }
    }
  }
  const textOf = (piece: Uint8Array): Uint8Array => {
    const utf8 = text === null ? piece : text.push(piece)
    positions.add(utf8)
    const rows = skipText === 0 ? utf8 : utf8.subarray(skipText)
    skipText -= utf8.length - rows.length
    return rows
  }

  let stopped: InputError | null = null
  for (;;) {
    run.signal?.throwIfAborted()
    let piece: Uint8Array | null
    try {
      piece = await reader.next()
    } catch (cause) {
      stopped = cause instanceof InputError ? cause : unreadable(cause)
      break
    }
    if (piece === null) break
    if (isPacked) hash.update(piece)
    size += piece.length
    const rest = piece.subarray(skipBytes)
    skipBytes -= piece.length - rest.length
    yield* events(splitter.push(textOf(rest)), false)
  }
  if (text !== null) {
    const last = text.end()
    positions.add(last)
    yield* events(splitter.push(last), false)
  }
  yield* events(splitter.end(), stopped !== null)
  if (stopped !== null) yield error(name, stopped.code, size, stopped.message)
  else if (text?.isCut === true && !isTruncated) {
    yield error(name, 'FILE_TRUNCATED', size - 1, 'the file ends inside a UTF-16 character')
  }
  const unpacked = isPacked ? { size, sha256: hash.digest('hex') } : null
  return [...earlier, { container, records }].map((read) => ({ ...read, unpacked }))
}

type Look = {
  readonly guess: EncodingGuess
  readonly recognised: Recognised
  /** Why the bytes end early, if they do. */
  readonly failure: InputError | null
}

async function lookAt(reader: ByteReader): Promise<Look> {
  let guess: EncodingGuess = { encoding: 'utf-8', markBytes: 0 }
  let recognised: Recognised = { kind: 'undecided' }
  for (const size of HEAD_BYTES) {
    const head = await reader.peek(size)
    guess = guessEncoding(head)
    const isWhole = head.length < size
    const body = head.subarray(guess.markBytes)
    recognised = recognise(
      transcoder(guess)?.push(body) ?? body,
      isWhole && reader.failure === null,
    )
    if (recognised.kind !== 'undecided' || isWhole) break
  }
  if (reader.failure === null) return { guess, recognised, failure: null }
  const { error: cause } = reader.failure
  const failure = cause instanceof InputError ? cause : unreadable(cause)
  return { guess, recognised, failure }
}

function refusal(
  name: string,
  recognised: Exclude<Recognised, { kind: 'export' | 'reference' }>,
): SourceEvent {
  return recognised.kind === 'refused'
    ? error(name, recognised.code, null, recognised.message)
    : error(name, 'NOT_AN_EXPORT', null, 'no record was found at the beginning of this file')
}

function error(
  file: string,
  code: SourceError['code'],
  offset: number | null,
  message: string,
): SourceEvent {
  return { type: 'error', file, offset, code, message }
}

function splitterFor(structure: Structure, limits: SplitterLimits): Splitter {
  if (structure.kind === 'csv') return new CsvSplitter(structure.layout, limits, structure.rowsFrom)
  if (structure.kind === 'nested') return new NestedSplitter(limits, structure.nest)
  return structure.kind === 'json' ? new JsonSplitter(limits) : new LineSplitter(limits)
}
