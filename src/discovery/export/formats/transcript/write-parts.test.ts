import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Stage } from '../../stage.ts'
import { WorkFolder } from '../../work-folder.ts'
import type { ItemWriter, Written } from '../../writer.ts'
import { htmlWriter } from '../html/writer.ts'
import { anAbout, batchesOf } from '../package.suite.ts'
import { pdfWriter } from '../pdf/writer.ts'
import { aMessage, anItem } from './item.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-parts-'))
afterAll(() => rmSync(folder, { recursive: true }))

// The second conversation is too long for one file.
const items = [1, 2, 2, 2, 3, 4].map((session, at) =>
  anItem({
    id: String(at).padStart(32, '0'),
    sessionId: `s${session}`,
    messages: [aMessage({ text: session === 2 ? 'ab '.repeat(900_000) : '\u{1f9ff}' })],
  }),
)
const small = items.filter(({ sessionId }) => sessionId !== 's2')

const isWritten = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && 'rows' in value

const openWork = (name: string): Promise<WorkFolder> =>
  WorkFolder.open(join(folder, name), {
    fingerprint: 'f',
    id: 'a',
    createdAt: '2026-03-06T12:00:00.000Z',
    checkpoints: {},
  })

async function written(
  name: string,
  run: (stage: Stage) => Promise<Written>,
): Promise<{ readonly result: Written; readonly files: Record<string, Buffer> }> {
  const work = await openWork(name)
  const result = await work.stage('data', isWritten, run)
  await work.removeOthers(new Set(work.files().map(({ path }) => path)))
  const at = work.pathOf('conversations')
  const names = readdirSync(at).toSorted()
  expect(work.files().map(({ path }) => path)).toEqual(names.map((one) => `conversations/${one}`))
  return {
    result,
    files: Object.fromEntries(names.map((one) => [one, readFileSync(join(at, one))])),
  }
}

/** Writes, and is killed when two more files were written after the checkpoint behind `checkpointAt` of them. */
async function killed(
  name: string,
  writer: ItemWriter,
  all: typeof items,
  checkpointAt: number,
): Promise<void> {
  const work = await openWork(name)
  const crash = new Error('killed')
  const run = work.stage('data', isWritten, (stage) => {
    let parts = 0
    let checkpoint = Promise.resolve()
    return writer.write(
      (done) => batchesOf(all.slice(done)),
      {
        cursor: stage.cursor,
        get isDue() {
          parts += 1
          return parts === checkpointAt
        },
        beginCheckpoint(cursor) {
          checkpoint = stage.checkpoint(cursor)
        },
        async create(path) {
          const isTime = parts === checkpointAt + 1
          await checkpoint
          if (isTime && !path.endsWith('index.html')) throw crash
          return stage.create(path)
        },
      },
      anAbout({ rows: all.length }),
    )
  })
  await expect(run).rejects.toBe(crash)
}

test.each([
  ['html', htmlWriter, items, [1, 2, 3]],
  ['pdf', pdfWriter, small, [1]],
] as const)(
  'a transcript in %s goes on at the conversation at which it stopped',
  async (name, writer, all, checkpoints) => {
    const run = (stage: Stage): Promise<Written> =>
      writer.write((done) => batchesOf(all.slice(done)), stage, anAbout({ rows: all.length }))
    const whole = await written(`${name}-whole`, run)
    for (const at of checkpoints) {
      await killed(`${name}-${at}`, writer, all, at)
      let begins = -1
      const resumed = await written(`${name}-${at}`, (stage) =>
        writer.write(
          (done) => {
            begins = done
            return batchesOf(all.slice(done))
          },
          stage,
          anAbout({ rows: all.length }),
        ),
      )
      expect(begins).toBeGreaterThan(0)
      expect(Object.keys(resumed.files)).toEqual(Object.keys(whole.files))
      for (const [file, bytes] of Object.entries(whole.files))
        expect([file, resumed.files[file]?.equals(bytes)]).toEqual([file, true])
      expect(resumed.result).toEqual(whole.result)
    }
  },
)
