import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importWeek, type ImportedWeek } from '../../src/cli/testing.ts'
import { json, run, start } from './daybook.suite.ts'

/** Kills reindexing and reporting, at each of the moments (milliseconds after the start of the command). */
export function killRebuilds(reindexes: readonly number[], reports: readonly number[]): void {
  let imported: ImportedWeek
  let dataDir: string
  beforeAll(async () => {
    imported = await importWeek()
    dataDir = join(imported.folder, 'records')
  })
  afterAll(() => imported.remove())

  /** Runs the command and kills it after a while; whether it was still running. */
  async function killAfter(ms: number, args: readonly string[]): Promise<boolean> {
    const { child, ended } = start([...args, '--data-dir', dataDir])
    await Promise.race([sleep(ms), ended])
    child.kill('SIGKILL')
    return (await ended).signal === 'SIGKILL'
  }

  test('a reindex killed with kill -9 is made good by whatever command comes next', async () => {
    const ask = ['search', '*', '--result-size', '1000']
    const before = await json<{ id: string }>(dataDir, ask)
    let killed = 0
    for (const ms of reindexes) {
      if (await killAfter(ms, ['reindex'])) killed += 1
      expect(idsOf(await json<{ id: string }>(dataDir, ask))).toEqual(idsOf(before))
    }
    expect(before.length).toBeGreaterThan(50)
    expect(killed).toBeGreaterThan(0)
  }, 300_000)

  test('a report killed with kill -9 leaves no workbook, or a whole one', async () => {
    const folder = join(imported.folder, 'reports-out')
    mkdirSync(folder)
    let killed = 0
    for (const ms of reports) {
      const file = join(folder, `${ms}.xlsx`)
      const args = ['report', 'all', '--format', 'xlsx', '--output-path', file]
      if (await killAfter(ms, args)) killed += 1
      if (!existsSync(file)) await run([...args, '--data-dir', dataDir])
      // The end of a ZIP's directory: the last thing that is written.
      expect(readFileSync(file).includes(Buffer.from('PK\u0005\u0006', 'latin1'))).toBe(true)
    }
    expect(readdirSync(folder)).toHaveLength(reports.length)
    expect(killed).toBeGreaterThan(0)
  }, 300_000)
}

function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id)
}
