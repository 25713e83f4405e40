import { expect, test } from 'vitest'
import fc from 'fast-check'
import { append, aRecord, aWriter, TENANT } from './builders.suite.ts'
import { aFolder } from './folder.suite.ts'
import { decodeFrame, linesOf } from './frames.ts'
import { decodeLine } from './line.ts'
import { openReader } from './reader.ts'
import type { ArchiveReader, ArchiveWriter } from './types.ts'

async function sequencesFrom(reader: ArchiveReader, from: number): Promise<number[]> {
  const seen: number[] = []
  for await (const { first, lines } of reader.scan(from)) {
    expect(decodeLine(lines[0] ?? Buffer.alloc(0)).sequence).toBe(first)
    seen.push(...lines.map((line) => decodeLine(line).sequence))
  }
  return seen
}

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at)

test('a reader sees sealed and open records, and what is appended after refresh()', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 130)
  await writer.seal()
  await append(writer, 70)
  const reader = await openReader(directory)

  expect(reader.tenant).toBe(TENANT)
  expect(await sequencesFrom(reader, 0)).toEqual(upTo(0, 200))
  expect(await sequencesFrom(reader, 199)).toEqual([199])
  await append(writer, 5)
  expect(reader.nextSequence('records')).toBe(200)
  await reader.refresh()
  expect(reader.nextSequence('records')).toBe(205)
  expect(await sequencesFrom(reader, 150)).toEqual(upTo(150, 205))
  await writer.close()
})

test('read() gives the lines asked for, and nothing for those that are not there', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 100)
  const reader = await openReader(directory, { cacheBytes: 1 })

  const lines = await reader.read([99, 3, 64, 100, 7000, -1, 3])

  expect([...lines.keys()].toSorted((a, b) => a - b)).toEqual([3, 64, 99])
  expect(String(lines.get(64))).toBe(aRecord(64))
  await writer.close()
})

test('places handed out before sealing still lead to the records after it', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 100)
  const reader = await openReader(directory)
  const frame = await reader.locate(70)
  await writer.close()

  if (frame === undefined) throw new Error('no frame')
  expect(decodeFrame(frame).map(String)).toEqual(upTo(64, 100).map((at) => aRecord(at)))
  expect(String((await reader.read([70])).get(70))).toBe(aRecord(70))
  expect(await sequencesFrom(reader, 0)).toEqual(upTo(0, 100))
})

test('a place in a segment that was packed anew is refused, and found again by the reader', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  for (let at = 0; at < 80; at += 1) await append(writer, 1)
  const reader = await openReader(directory)
  const frame = await reader.locate(40)
  await writer.close()

  if (frame === undefined) throw new Error('no frame')
  expect(() => decodeFrame(frame)).toThrow(expect.objectContaining({ code: 'FRAME_MOVED' }))
  expect(String((await reader.read([40])).get(40))).toBe(aRecord(40))
})

test('the two streams are numbered apart', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 3)
  await append(writer, 2, { stream: 'activity' })
  await writer.close()
  const reader = await openReader(directory)

  expect([reader.nextSequence('records'), reader.nextSequence('activity')]).toEqual([3, 2])
  expect((await reader.read([0, 1], 'activity')).size).toBe(2)
  expect(reader.segmentOf(0, 'activity')).toMatchObject({ class: 'activity', stream: 'activity' })
})

test('an archive that nobody has written yet reads as empty', async () => {
  const reader = await openReader(aFolder())
  expect(reader.nextSequence('records')).toBe(0)
  expect(reader.checkpoint()).toBeUndefined()
  expect(await sequencesFrom(reader, 0)).toEqual([])
})

type Step =
  | readonly ['append', number, string]
  | readonly ['seal']
  | readonly ['reopen']
  | readonly ['refresh']

test('whatever the order of appends, seals and reopenings, a reader finds what a list would', async () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(
      fc.constant('append' as const),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('2026-q1', '2026-q2'),
    ),
    fc.tuple(fc.constant('seal' as const)),
    fc.tuple(fc.constant('reopen' as const)),
    fc.tuple(fc.constant('refresh' as const)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const directory = aFolder()
      let writer: ArchiveWriter = await aWriter(directory)
      const reader = await openReader(directory)
      let count = 0
      for (const [kind, size, quarter] of steps) {
        if (kind === 'append') {
          await append(writer, size, { quarter })
          count += size
        } else if (kind === 'seal') await writer.seal()
        else if (kind === 'refresh') await reader.refresh()
        else {
          await writer.close({ seal: count % 2 === 0 })
          writer = await aWriter(directory)
        }
        expect(writer.nextSequence('records')).toBe(count)
      }
      await reader.refresh()
      expect(await sequencesFrom(reader, 0)).toEqual(upTo(0, count))
      await writer.close()
    }),
    { numRuns: 25 },
  )
})

test('linesOf() an empty frame is nothing', () => {
  expect(linesOf({ bytes: Buffer.alloc(0), ends: [] })).toEqual([])
})
