// `npm run check`: everything a change must pass, in one command; prints one line per step and stops at the first failure.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'

type Step = readonly [name: string, command: string, ...args: string[]]

/** Side by side: most of them wait for a file or use one core. Types are checked again only where something changed. */
const quiet: readonly Step[] = [
  ['lock file', 'node', 'tools/check-lockfile.ts'],
  ['types', 'tsc', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo'],
  ['types of the offline page', 'tsc', '-p', 'src/verify/offline/page'],
  ['lint', 'oxlint', '--type-aware'],
  ['format', 'oxfmt', '--check'],
  ['unused code', 'knip'],
  ['generated pages', 'node', 'tools/generate.ts', '--check'],
]
const tests: Step = ['tests and layers', 'vitest', 'run']

const started = performance.now()
const env = { ...process.env, PATH: pathWithLocalTools() }
const running = quiet.map((step) => ({ step, ended: run(step, 'pipe') }))
for (const { step, ended } of running) tell(step, await ended)
tell(tests, await run(tests, 'inherit'))
process.stdout.write(`All checks passed in ${secondsSince(started, 0)} s\n`)

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly seconds: string
}

async function run([, command, ...args]: Step, stdio: 'pipe' | 'inherit'): Promise<Ended> {
  const from = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', stdio, stdio], env })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text))
  // What the event 'close' gives.
  const [code]: (number | null)[] = await once(child, 'close')
  return { code: code ?? null, output, seconds: secondsSince(from, 1) }
}

function tell([name, ...command]: Step, { code, output, seconds }: Ended): void {
  if (code !== 0) {
    process.stdout.write(`${output}\nFAILED  ${name} (${seconds} s): ${command.join(' ')}\n`)
    process.exit(1)
  }
  process.stdout.write(`ok  ${name} (${seconds} s)\n`)
}

function secondsSince(from: number, digits: number): string {
  return ((performance.now() - from) / 1_000).toFixed(digits)
}

function pathWithLocalTools(): string {
  const local = `${process.cwd()}/node_modules/.bin`
  return existsSync(local) ? `${local}:${process.env['PATH'] ?? ''}` : (process.env['PATH'] ?? '')
}
