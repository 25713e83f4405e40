import { expect } from 'vitest'
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

export async function countOperations(): Promise<number> {
  const files = failingFiles(-1, 'error')
  await work(aFolder(), files, { count: 0 })
  return files.count()
}

/** Lets the n-th change of the disk fail, for one n; then everything acknowledged must be there once. */
export async function failOnce(at: number, fault: Fault): Promise<string> {
  const directory = aFolder()
  const files = failingFiles(at, fault)
  const acknowledged = { count: 0 }

  const error: unknown = await work(directory, files, acknowledged).catch(
    (reason: unknown) => reason,
  )

  expect([at, files.failed()]).toEqual([at, true])
  expect(error === undefined || error instanceof CodedError).toBe(true)
  await checkAfterwards(directory, acknowledged.count)
  return directory
}

/** The same, and then every change of the disk that the recovery makes fails once, too. */
export async function failTwice(at: number, fault: Fault): Promise<number> {
  let second = 0
  for (; ; second += 1) {
    const directory = aFolder()
    const acknowledged = { count: 0 }
    await work(directory, failingFiles(at, fault), acknowledged).catch(() => undefined)
    const files = failingFiles(second, fault)
    const writer = await aWriter(directory, { epoch: 2, files }).catch(() => undefined)
    await writer?.close({ seal: false })
    await checkAfterwards(directory, acknowledged.count)
    if (!files.failed()) return second
  }
}
