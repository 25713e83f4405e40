import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { runHere } from '../../src/cli/testing.ts'
import { verifyExport } from '../../src/verify/index.ts'
import { seen, start } from './daybook.suite.ts'

/**
 * Kills exports, in the given formats in turn, each so many milliseconds after it has begun to write. Whatever has the
 * final name is whole; the same command ends what was begun. Answers how often one was hit before its end.
 */
export async function killExports(
  dataDir: string,
  folder: string,
  moments: readonly number[],
  formats: readonly string[] = ['jsonl'],
): Promise<number> {
  let killed = 0
  for (const [number, afterMs] of moments.entries()) {
    const output = join(folder, number % 2 === 0 ? `out-${number}` : `out-${number}.zip`)
    const format = formats[number % formats.length] ?? 'jsonl'
    const argv = ['--format', format, '--proofs', '--output-path', output, '--data-dir', dataDir]
    const { child, ended } = start(['export', ...argv])
    const begun = () => readdirSync(folder).some((name) => name.endsWith('.partial'))
    await seen(begun, ended)
    await Promise.race([sleep(afterMs), ended])
    child.kill('SIGKILL')
    const { signal } = await ended
    if (signal === 'SIGKILL' && !existsSync(output)) killed += 1
    if (existsSync(output)) expect(await verifyExport(output)).toMatchObject({ found: 0 })
    else {
      const { code, err } = await runHere(['export', ...argv])
      expect([code, err]).toEqual([
        0,
        expect.stringMatching(/^(?:The interrupted export goes on[^]*)?$/),
      ])
      const report = await verifyExport(output)
      expect(report).toMatchObject({ found: 0 })
      expect(report.proven).toBe(report.proofs)
      expect(report.proven).toBeGreaterThan(100)
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([])
  }
  return killed
}
