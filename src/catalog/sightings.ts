/**
 * Packs the sequences of records that were served again: ascending differences as variable-length integers, the last
 * bit of each telling whether that sighting's bytes differed from the archived ones; if so, 8 bytes of their hash follow.
 */
export interface Sighting {
  readonly sequence: number
  /** First 8 bytes of the SHA-256 of the bytes seen, when they differ from the archived ones; else null. */
  readonly differs: Uint8Array | null
}

export function packSightings(sightings: readonly Sighting[]): Uint8Array {
  const sorted = sightings.toSorted((a, b) => a.sequence - b.sequence)
  const bytes: number[] = []
  let previous = 0
  for (const { sequence, differs } of sorted) {
    putVarint(bytes, (sequence - previous) * 2 + (differs === null ? 0 : 1))
    if (differs !== null) bytes.push(...differs.subarray(0, 8))
    previous = sequence
  }
  return Uint8Array.from(bytes)
}

export function unpackSightings(packed: Uint8Array): Sighting[] {
  const sightings: Sighting[] = []
  let at = 0
  let previous = 0
  while (at < packed.length) {
    let value = 0
    let factor = 1
    for (let byte = 0x80; byte >= 0x80 && at < packed.length; factor *= 128) {
      byte = packed[at++] ?? 0
      value += (byte % 128) * factor
    }
    const sequence = previous + Math.floor(value / 2)
    const differs = value % 2 === 1 ? packed.slice(at, at + 8) : null
    if (differs !== null) at += 8
    sightings.push({ sequence, differs })
    previous = sequence
  }
  return sightings
}

// Not with bit operations: a sequence may pass 2^31.
function putVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}
