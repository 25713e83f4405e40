import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importWeek, type ImportedWeek } from '../../src/cli/testing.ts'
import { killExports } from './export-kill.suite.ts'

let imported: ImportedWeek
beforeAll(async () => {
  imported = await importWeek()
})
afterAll(() => imported.remove())

test('an export killed with kill -9 leaves nothing half under its final name, and goes on', async () => {
  const folder = join(imported.folder, 'exports-out')
  mkdirSync(folder)
  const killed = await killExports(join(imported.folder, 'records'), folder, [0, 40])
  expect(killed).toBeGreaterThan(0)
})
