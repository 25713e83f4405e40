import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// The command line runs in many processes of its own here: what Node compiled for one serves the next. Beside the
// packages, where nobody else writes.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/daybook-tests')

// Tests wait for nothing as long as for fsync. They kill processes, never the machine, so files in memory show the same.
const MEMORY = '/dev/shm'
if (process.env['TMPDIR'] === undefined && freeBytes(MEMORY) > 4e9) process.env['TMPDIR'] = MEMORY

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/*.long.test.ts', '**/node_modules/**'],
    // A bound for what hangs, and no measure of speed: the machine may be busy.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // More than two even on two cores: the end-to-end tests mostly wait for their child processes.
    maxWorkers: 3,
    // Loading the modules anew for every file costs a third of the time. No test may leave anything behind in its process.
    isolate: false,
  },
})

function freeBytes(folder: string): number {
  if (!existsSync(folder)) return 0
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
