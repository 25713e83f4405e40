// `npm run check`: everything a change must pass, in one command; prints one line per step and stops at the first failure.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['lock file', 'node', 'tools/check-lockfile.ts'],
  ['types', 'tsc'],
  ['types of the offline page', 'tsc', '-p', 'src/verify/offline/page'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'oxfmt', '--check'],
  ['unused code', 'knip'],
  ['generated pages', 'node', 'tools/generate.ts', '--check'],
  ['tests and layers', 'vitest', 'run'],
]

const started = performance.now()
for (const [name, command, ...args] of steps) {
  const from = performance.now()
  const quiet = command !== 'vitest'
  const result = spawnSync(command, args, {
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, PATH: pathWithLocalTools() },
  })
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  if (result.status !== 0) {
    process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}\n`)
    process.stdout.write(`FAILED  ${name} (${seconds} s): ${[command, ...args].join(' ')}\n`)
    process.exit(1)
  }
  process.stdout.write(`ok  ${name} (${seconds} s)\n`)
}
process.stdout.write(
  `All checks passed in ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
)

function pathWithLocalTools(): string {
  const local = `${process.cwd()}/node_modules/.bin`
  return existsSync(local) ? `${local}:${process.env['PATH'] ?? ''}` : (process.env['PATH'] ?? '')
}
