import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importWeek } from '../../src/cli/testing.ts'
import { killExports } from './export-kill.suite.ts'

test('thirty exports, each killed at another moment', async () => {
  const imported = await importWeek()
  try {
    const folder = join(imported.folder, 'exports-out')
    mkdirSync(folder)
    const moments = Array.from({ length: 30 }, (_, at) => at * 15)
    const killed = await killExports(join(imported.folder, 'records'), folder, moments, [
      'jsonl',
      'html',
      'xlsx',
      'pdf',
      'csv',
    ])
    expect(killed).toBeGreaterThan(5)
  } finally {
    await imported.remove()
  }
}, 300_000)
