import { defineConfig } from 'vitest/config'

// Sweeps, soaks and the like: run with `npm run test:long`, results in docs/reference/sweeps.md.
export default defineConfig({
  test: {
    include: ['src/**/*.long.test.ts', 'test/**/*.long.test.ts'],
    testTimeout: 3_600_000,
    fileParallelism: false,
  },
})
