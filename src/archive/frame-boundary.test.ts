import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { frameAt } from '../platform/zstd-frames.ts'
import { encodeFrames } from './frames.ts'

// Node's own default chunk is 16 kB: at outputs of exactly that size it once appended a second, empty frame.
test('encodeFrames() makes one zstd frame whatever the size of the output', () => {
  const noise = Array.from({ length: 400 }, (_, at) =>
    createHash('sha512').update(String(at)).digest('base64url'),
  ).join('')

  const sizes = new Set<number>()
  for (let length = 21_600; length < 22_000; length += 1) {
    const [frame] = encodeFrames([noise.slice(0, length)])
    const bytes = Buffer.from(frame?.bytes ?? [])
    const first = frameAt(bytes, 0)
    expect(first !== 'cut' && first.end).toBe(bytes.length)
    sizes.add(bytes.length)
  }

  expect(sizes.has(16_384 + 9) || [...sizes].some((size) => Math.abs(size - 16_393) < 8)).toBe(true)
})
