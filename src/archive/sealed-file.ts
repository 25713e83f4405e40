import { join } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { readPart, sizeOf } from '../platform/files.ts'
import { sealedPath } from './layout.ts'
import { FOOTER_BYTES, parseTable, type SegmentTable, tableLength } from './segment-table.ts'
import type { FrameRef, Manifest } from './types.ts'

export interface SealedFile {
  readonly frames: readonly FrameRef[]
  /** Hash per block of 64 leaves. */
  readonly blocks: Buffer
}

export function sealedFileOf(directory: string, manifest: Manifest): string {
  return join(directory, sealedPath(manifest.class, manifest.quarter, manifest.segment))
}

/** Reads a sealed segment's table: two small reads. Throws SEGMENT_DAMAGED or a file error. */
export function readSealed(directory: string, manifest: Manifest): SealedFile {
  const file = sealedFileOf(directory, manifest)
  // Not the manifest's size: a replacement for erased records has another one.
  const bytes = sizeOf(file)
  const footer = readPart(file, Math.max(0, bytes - FOOTER_BYTES), FOOTER_BYTES)
  const length = tableLength(footer)
  const table =
    length === undefined || length > bytes ? undefined : readTable(file, bytes - length, length)
  if (table?.records !== manifest.count)
    throw new CodedError(
      'SEGMENT_DAMAGED',
      `Cannot read "${file}": it was changed since it was sealed; run "daybook verify" and restore it from a copy`,
    )
  let first = manifest.first
  const frames = table.frames.map((place) => {
    const ref = { ...place, file, sealedFile: file, first }
    first += place.count
    return ref
  })
  return { frames, blocks: table.blocks }
}

function readTable(file: string, start: number, length: number): SegmentTable | undefined {
  return parseTable(readPart(file, start, length), start)
}
