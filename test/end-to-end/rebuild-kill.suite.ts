import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importWeek, jsonLines, type ImportedWeek } from '../../src/cli/testing.ts'
import { start } from './daybook.suite.ts'

/**
 * Kills reindexing and reporting, at each of the moments: parts of the time that the command takes undisturbed, on
 * whatever machine and beside whatever else.
 */
export function killRebuilds(moments: readonly number[]): void {
  let imported: ImportedWeek
  let dataDir: string
  beforeAll(async () => {
    imported = await importWeek()
    dataDir = join(imported.folder, 'records')
  })
  afterAll(() => imported.remove())

  /** Kills commands, each at its part of the time that one took undisturbed, and tells how many it hit. */
  async function killed(
    undisturbed: readonly string[],
    commands: ReadonlyMap<number, readonly string[]>,
    afterwards: (args: readonly string[]) => Promise<void>,
  ): Promise<number> {
    // So that the index is whole, and no making good counts.
    expect((await imported.run(['search', '*', '--count'])).code).toBe(0)
    let hit = 0
    let wholeMs = await lastedMs(start([...undisturbed, '--data-dir', dataDir]))
    for (const [moment, args] of commands) {
      const command = start([...args, '--data-dir', dataDir])
      const lasted = lastedMs(command)
      await Promise.race([sleep(moment * wholeMs), lasted])
      command.child.kill('SIGKILL')
      if ((await command.ended).signal === 'SIGKILL') hit += 1
      else wholeMs = Math.min(wholeMs, await lasted)
      await afterwards(args)
    }
    return hit
  }

  test('a reindex killed with kill -9 is made good by whatever command comes next', async () => {
    const ask = ['search', '*', '--result-size', '1000', '--json']
    const found = async () => jsonLines<{ id: string }>((await imported.run(ask)).out)
    const before = await found()
    const commands = new Map(moments.map((moment) => [moment, ['reindex']]))
    const hit = await killed(['reindex'], commands, async () => {
      expect(idsOf(await found())).toEqual(idsOf(before))
    })
    expect(before.length).toBeGreaterThan(50)
    expect(hit).toBeGreaterThan(0)
  })

  test('a report killed with kill -9 leaves no workbook, or a whole one', async () => {
    const folder = join(imported.folder, 'reports-out')
    mkdirSync(folder)
    const reportTo = (name: string | number) => {
      const file = join(folder, `${name}.xlsx`)
      return ['report', 'all', '--format', 'xlsx', '--output-path', file]
    }
    const commands = new Map(moments.map((moment) => [moment, reportTo(moment)]))
    const hit = await killed(reportTo('undisturbed'), commands, async (args) => {
      const file = args.at(-1) ?? ''
      if (!existsSync(file)) await imported.run(args)
      // The end of a ZIP's directory: the last thing that is written.
      expect(readFileSync(file).includes(Buffer.from('PK\u0005\u0006', 'latin1'))).toBe(true)
    })
    expect(readdirSync(folder)).toHaveLength(moments.length + 1)
    expect(hit).toBeGreaterThan(0)
  })
}

async function lastedMs({ ended }: ReturnType<typeof start>): Promise<number> {
  const started = performance.now()
  await ended
  return performance.now() - started
}

function idsOf(items: readonly { readonly id: string }[]): string[] {
  return items.map(({ id }) => id)
}
