import type { FrameText } from './frames.ts'
import { isSourceByte } from './line.ts'
import type { Stream } from './types.ts'

const QUOTE = 0x22
const ZERO = 0x30
const SEQUENCE = Buffer.from('"sequence":')
const SOURCE = Buffer.from(',"source":"')

/**
 * Whether every line of a frame carries the next sequence and the tenant, from `first` on; else the first that does not.
 * It looks at the line's end only, where the format puts both: parsing each line would cost ten times as much.
 */
export function firstMisplaced(
  text: FrameText,
  first: number,
  tenant: string,
  stream: Stream,
): number | undefined {
  const tail = Buffer.from(`,"tenant":"${tenant}","v":1}`)
  let start = 0
  for (let index = 0; index < text.ends.length; index += 1) {
    const end = text.ends[index] ?? 0
    if (sequenceOf(text.bytes, start, end, tail, stream) !== first + index) return first + index
    start = end + 1
  }
  return undefined
}

function sequenceOf(
  bytes: Buffer,
  start: number,
  end: number,
  tail: Buffer,
  stream: Stream,
): number {
  let at = end - tail.length
  if (at <= start || bytes.compare(tail, 0, tail.length, at, end) !== 0) return -1
  // A disposed line has no source.
  if (stream === 'records' && bytes[at - 1] === QUOTE) {
    at -= 1
    while (at > start && isSourceByte(bytes[at - 1] ?? 0)) at -= 1
    at -= SOURCE.length
    if (at <= start || bytes.compare(SOURCE, 0, SOURCE.length, at, at + SOURCE.length) !== 0)
      return -1
  }
  return numberBefore(bytes, start, at)
}

function numberBefore(bytes: Buffer, start: number, end: number): number {
  let [at, value, unit] = [end, 0, 1]
  for (; at > start; at -= 1) {
    const digit = (bytes[at - 1] ?? 0) - ZERO
    if (digit < 0 || digit > 9) break
    value += digit * unit
    unit *= 10
  }
  const from = at - SEQUENCE.length
  const named = from >= start && bytes.compare(SEQUENCE, 0, SEQUENCE.length, from, at) === 0
  return named && at < end ? value : -1
}
