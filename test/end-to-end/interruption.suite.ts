import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { CountAnswer } from '../../src/api/answers.ts'
import { importInto, json, openHere, seen, start, verify, type aCorpus } from './daybook.suite.ts'

const CHILD = fileURLToPath(new URL('./import-child.suite.ts', import.meta.url))

/** What a verifier says of a sealing that was cut off; the next start finishes it (docs/spec/archive-format.md). */
const HALF_SEALED: ReadonlySet<string> = new Set([
  'TEMPORARY_FILE',
  'CHECKPOINT_BEHIND',
  'CHECKPOINT_MISSING',
  'SEGMENT_UNLOGGED',
])

type Corpus = Awaited<ReturnType<typeof aCorpus>>

/**
 * Kills an import again and again, at another moment each time, and starts it once more. After each kill everything
 * that was acknowledged is there, without any manual step, and the archive is intact. Answers how many it hit.
 */
export async function killImports(corpus: Corpus, dataDir: string, times: number): Promise<number> {
  const { added, repeated, notAi } = corpus.facts.expected
  let before = 0
  let killed = 0
  for (let time = 0; time < times; time += 1) {
    const { acknowledged, finished } = await importAndKill(
      dataDir,
      corpus.all,
      time % 2 === 0 ? RECORDED : OPENED,
      (time * 977) % 3_000,
    )
    if (!finished) killed += 1
    // As the files are left, before anything has mended them: what sealing does in several steps may lie half done.
    const left = (await verify(dataDir)).findings.filter(({ finding }) => !HALF_SEALED.has(finding))
    expect(left).toEqual([])
    const app = await openHere(dataDir)
    const { count: records } = await app.get<CountAnswer>('/api/v1/items/count', {
      q: '*',
      unit: 'record',
    })
    await app.close()
    expect(records).toBeGreaterThanOrEqual(Math.max(before, acknowledged - repeated - notAi))
    expect(records).toBeLessThanOrEqual(added)
    const report = await verify(dataDir)
    expect(report).toMatchObject({ records, findings: [] })
    before = records
  }
  return killed
}

/** Imports once more, to the end; answers what is there then, to be compared with an undisturbed import. */
export async function completed(corpus: Corpus, dataDir: string) {
  const { read, added, notAi } = corpus.facts.expected
  const last = await importInto(dataDir, corpus.all)
  expect(last).toMatchObject({ read, notAi, unmapped: 0, errors: [], indexed: true })
  expect(last.added + last.repeated).toBe(read - notAi)
  expect(await verify(dataDir)).toMatchObject({ records: added, findings: [] })
  return items(dataDir)
}

/** Stops an import by the signal that Ctrl+C sends, so many milliseconds after it has taken the folder. */
export async function interrupt(corpus: Corpus, dataDir: string, afterMs: number) {
  const writer = join(dataDir, 'writer.json')
  const written = () => (existsSync(writer) ? readFileSync(writer, 'utf8') : '')
  // Who wrote before is named there still: a signal that comes before Node has started ends it without a code.
  const before = written()
  const { child, ended } = start(['import', ...corpus.all, '--json', '--data-dir', dataDir])
  await seen(() => written() !== before, ended)
  await Promise.race([sleep(afterMs), ended])
  child.kill('SIGINT')
  return ended
}

/** What an import tells, line by line: that it has begun, and how many records are recorded. */
const OPENED = /^ready$/m
const RECORDED = /^[1-9]\d*$/m

/** Kills so many milliseconds after the import has told it. */
async function importAndKill(
  dataDir: string,
  paths: readonly string[],
  it: RegExp,
  afterMs: number,
) {
  const child = spawn(process.execPath, [CHILD, dataDir, ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const closed = once(child, 'close')
  await seen(() => it.test(told), closed)
  await Promise.race([sleep(afterMs), closed])
  child.kill('SIGKILL')
  await closed
  const lines = told.split('\n').slice(0, -1)
  const acknowledged = Math.max(0, ...lines.map(Number).filter((records) => records >= 0))
  return { acknowledged, finished: lines.at(-1) === 'end' }
}

// What a search tells of every item, without when and in which order it arrived.
async function items(dataDir: string): Promise<string[]> {
  const lines = await json<object>(dataDir, ['search', '*', '--all'])
  return lines
    .map((line) => JSON.stringify({ ...line, receivedAt: null, sequences: null }))
    .toSorted()
}
