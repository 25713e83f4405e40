import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ZstdError, zstdStream } from './zstd-stream.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpack(bytes: Uint8Array, size = 1000) {
  const out: Uint8Array[] = []
  try {
    for await (const part of zstdStream(pieces(bytes, size))) out.push(part)
  } catch (error) {
    if (!(error instanceof ZstdError)) throw error
    return { bytes: Buffer.concat(out), code: error.code }
  }
  return { bytes: Buffer.concat(out), code: null }
}

const text = (lines: number, from = 0) =>
  Buffer.from(Array.from({ length: lines }, (_, i) => `{"n":${(i + from) * 7919}}\n`).join(''))

test('all frames of a file are unpacked, however the bytes arrive', async () => {
  const frames = [text(10), text(3000, 10), Buffer.alloc(0), text(1, 5)]
  const skippable = Buffer.from([0x52, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const packed = Buffer.concat([
    ...frames.map((frame) => zstdCompressSync(frame)),
    skippable,
    zstdCompressSync(text(2)),
  ])
  const wanted = Buffer.concat([...frames, text(2)])
  for (const size of [1, 2, 7, 64, 100_000]) {
    const { bytes, code } = await unpack(packed, size)
    expect(code).toBeNull()
    expect(bytes.equals(wanted)).toBe(true)
  }
})

test('a frame larger than one call unpacks is streamed', async () => {
  const large = Buffer.alloc(40 << 20, '{"id":"abc"}\n')
  const { bytes, code } = await unpack(zstdCompressSync(large))
  expect(code).toBeNull()
  expect(bytes.equals(large)).toBe(true)
})

test('a cut file yields the whole blocks before the cut and says that it is cut', async () => {
  const raw = text(300_000)
  const packed = Buffer.concat([zstdCompressSync(text(5)), zstdCompressSync(raw)])
  const { bytes, code } = await unpack(packed.subarray(0, Math.floor(packed.length * 0.8)))
  expect(code).toBe('ZSTD_TRUNCATED')
  expect(bytes.length).toBeGreaterThan(raw.length * 0.5)
  expect(
    Buffer.concat([text(5), raw])
      .subarray(0, bytes.length)
      .equals(bytes),
  ).toBe(true)
})

test('bytes behind the last frame and a flipped bit are said to be broken', async () => {
  const packed = zstdCompressSync(text(500))
  const trailing = await unpack(Buffer.concat([packed, Buffer.from('no frame')]))
  expect(trailing.code).toBe('ZSTD_BROKEN')
  expect(trailing.bytes.equals(text(500))).toBe(true)
  const flipped = Buffer.from(packed)
  flipped[20] = (flipped[20] ?? 0) ^ 0xff
  expect((await unpack(flipped)).code).not.toBeNull()
})

test('damaged input never hangs and never throws anything but a ZstdError', async () => {
  const packed = Buffer.concat([zstdCompressSync(text(100)), zstdCompressSync(text(100))])
  await fc.assert(
    fc.asyncProperty(
      fc.nat(packed.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(packed.length),
      async (at, mask, cut) => {
        const damaged = Buffer.from(packed)
        damaged[at] = (damaged[at] ?? 0) ^ mask
        const { bytes } = await unpack(damaged.subarray(0, cut))
        expect(bytes.length).toBeLessThan(1 << 20)
      },
    ),
    { numRuns: 200 },
  )
})
