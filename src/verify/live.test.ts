import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { aFolder } from '../archive/folder.suite.ts'
import { decodeLine } from '../archive/line.ts'
import { openReader } from '../archive/reader.ts'
import { verifyArchive } from './verify.ts'

const CHILD = fileURLToPath(new URL('./kill-child.suite.ts', import.meta.url))

test('beside a writer at work, verify finds nothing amiss and a reader sees every acknowledged record', async () => {
  const directory = aFolder()
  const child = spawn(process.execPath, [CHILD, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let acknowledged = 0
  child.stdout.on('data', (chunk: Buffer) => {
    acknowledged = Number(chunk.toString().trim().split('\n').at(-1))
  })
  await once(child.stdout, 'data')
  const reader = await openReader(directory)

  for (let time = 0; time < 4; time += 1) {
    expect((await verifyArchive(directory)).findings).toEqual([])
    const before = acknowledged
    await reader.refresh()
    expect(reader.nextSequence('records')).toBeGreaterThanOrEqual(before)
    let next = Math.max(0, before - 300)
    for await (const { lines } of reader.scan(next))
      for (const line of lines) {
        expect(decodeLine(line).sequence).toBe(next)
        next += 1
      }
    expect(next).toBeGreaterThanOrEqual(before)
  }
})
