import { describe, expect, test } from 'vitest'
import { append, aWriter, failingFiles, type Fault } from '../archive/builders.suite.ts'
import { aFolder } from '../archive/folder.suite.ts'
import { decodeLine } from '../archive/line.ts'
import { openReader } from '../archive/reader.ts'
import type { ArchiveWriter } from '../archive/types.ts'
import { CodedError } from '../platform/errors.ts'
import type { Files } from '../platform/files.ts'
import { verifyArchive } from './verify.ts'

/** A little of everything a writer does; tells how many records were acknowledged at any time. */
async function work(directory: string, files: Files | undefined, acknowledged: { count: number }) {
  let writer: ArchiveWriter | undefined
  try {
    writer = await aWriter(directory, files === undefined ? {} : { files })
    const recorded = async (count: number, quarter: string): Promise<void> => {
      if (writer === undefined) return
      await append(writer, count, { quarter })
      acknowledged.count = writer.nextSequence('records')
    }
    await recorded(3, '2026-q1')
    await recorded(70, '2026-q1')
    await append(writer, 1, { stream: 'activity' })
    await recorded(2, '2026-q2')
    await writer.appendEntry('coverage', { source: 'export-files', read: 75 })
    await writer.seal()
    await recorded(1, '2026-q2')
  } finally {
    await writer?.close({ seal: false }).catch(() => undefined)
  }
}

async function checkAfterwards(directory: string, acknowledged: number): Promise<void> {
  const writer = await aWriter(directory, { epoch: 2 })
  const report = await verifyArchive(directory)
  expect(report.findings).toEqual([])
  expect(report.records).toBeGreaterThanOrEqual(acknowledged)
  expect(report.records).toBe(writer.nextSequence('records'))

  const reader = await openReader(directory)
  const seen: number[] = []
  for await (const { lines } of reader.scan(0))
    seen.push(...lines.map((line) => decodeLine(line).sequence))
  expect(seen).toEqual(Array.from({ length: report.records }, (_, at) => at))
  await writer.close({ seal: false })
}

async function countOperations(): Promise<number> {
  const files = failingFiles(-1, 'error')
  await work(aFolder(), files, { count: 0 })
  return files.count()
}

// 'torn' ends the process too, so a plain end before the operation is left to it.
describe.each<Fault>(['error', 'torn'])('after the n-th change of the disk fails (%s)', (fault) => {
  test(
    'everything acknowledged is there once, and the archive verifies',
    { timeout: 60_000 },
    async () => {
      const operations = await countOperations()
      expect(operations).toBeGreaterThan(50)
      for (let at = 0; at < operations; at += 1) {
        const directory = aFolder()
        const files = failingFiles(at, fault)
        const acknowledged = { count: 0 }

        const error: unknown = await work(directory, files, acknowledged).catch(
          (reason: unknown) => reason,
        )

        expect(files.failed(), `operation ${at}`).toBe(true)
        if (error !== undefined) expect(error).toBeInstanceOf(CodedError)
        await checkAfterwards(directory, acknowledged.count)
      }
    },
  )
})
