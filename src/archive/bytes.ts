import { CodedError } from '../platform/errors.ts'
import { frameAt } from '../platform/zstd-frames.ts'

/** The skippable frame at a place; undefined when something else is there. */
export function skippableAt(bytes: Buffer, start: number): { end: number } | 'cut' | undefined {
  try {
    const frame = frameAt(bytes, start)
    return frame === 'cut' || frame.kind === 'skippable' ? frame : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

export const startsWith = (bytes: Buffer, magic: Buffer): boolean =>
  bytes.subarray(0, magic.length).equals(magic)

export const endsWith = (bytes: Buffer, magic: Buffer): boolean =>
  bytes.length >= magic.length && bytes.subarray(-magic.length).equals(magic)
