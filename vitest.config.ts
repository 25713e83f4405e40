import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The command line runs in many processes of its own here: what Node compiled for one serves the next. Beside the
// packages, where nobody else writes.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/daybook-tests')

// Tests wait for nothing as long as for fsync. They kill processes, never the machine, so files in memory show the same.
const MEMORY = '/dev/shm'
if (process.env['TMPDIR'] === undefined && freeBytes(MEMORY) > 4e9) process.env['TMPDIR'] = MEMORY

/** Where no earlier run has left its times, large files come first; but what runs the whole program takes longest. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['/test/docs.', '/test/']
    const rank = ({ moduleId }: TestSpecification) =>
      order.findIndex((part) => moduleId.includes(part)) >>> 0
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's, not an array's
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

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
    sequence: { sequencer: LongestFirst },
  },
})

function freeBytes(folder: string): number {
  if (!existsSync(folder)) return 0
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
