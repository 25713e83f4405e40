import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { aWriter } from '../archive/builders.suite.ts'
import { aFolder } from '../archive/folder.suite.ts'
import { decodeLine } from '../archive/line.ts'
import { openReader } from '../archive/reader.ts'
import { verifyArchive } from './verify.ts'

const CHILD = fileURLToPath(new URL('./kill-child.suite.ts', import.meta.url))

/** Kills a writer at work again and again; after each time everything it acknowledged must be there once. How many there are. */
export async function killAgainAndAgain(times: number): Promise<number> {
  const directory = aFolder()
  let recorded = 0
  for (let time = 0; time < times; time += 1) {
    const acknowledged = await runAndKill(directory, 2 * time + 1, 20 + ((time * 37) % 150))
    expect(acknowledged).toBeGreaterThan(recorded)

    const writer = await aWriter(directory, { epoch: 2 * time + 2 })
    const report = await verifyArchive(directory)
    expect(report.findings).toEqual([])
    recorded = writer.nextSequence('records')
    expect(recorded).toBeGreaterThanOrEqual(acknowledged)
    expect(report.records).toBe(recorded)
    await writer.close({ seal: false })
  }
  let next = 0
  for await (const { lines } of (await openReader(directory)).scan(0))
    for (const line of lines) {
      expect(decodeLine(line).sequence).toBe(next)
      next += 1
    }
  expect(next).toBe(recorded)
  return recorded
}

/** The last sequence that the child told of before it was killed. */
async function runAndKill(directory: string, epoch: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, directory, String(epoch), String(epoch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  await sleep(afterMs)
  child.kill('SIGKILL')
  await closed
  // The last line may be cut.
  return Number(told.split('\n').at(-2))
}
