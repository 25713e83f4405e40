import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '../query/engine.ts'
import { writeDemoWeek, type DemoWeek } from '../tenant/demo-week/demo-week.ts'
import { runCli } from './main.ts'
import { columnsOf } from './terminal.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  /** A person's terminal instead of a pipe. */
  readonly terminal?: boolean
  readonly environment?: NodeJS.ProcessEnv
}

/** Runs one command line in this process, as the program does, and keeps what it writes. */
export async function runHere(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let out = ''
  let err = ''
  const isTTY = options.terminal === true
  const code = await runCli(
    argv,
    {
      stdout: { write: (text) => (out += text), isTTY, columns: 80 },
      stderr: { write: (text) => (err += text), isTTY: false },
    },
    { COLUMNS: '80', ...options.environment },
  )
  return { code, out, err }
}

/** The objects of an answer with one a line. */
export function jsonLines<Line>(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Line => JSON.parse(line))
}

/** A data folder into which the demo week was imported by the program itself. */
export interface ImportedWeek {
  readonly folder: string
  readonly week: DemoWeek
  /** What the import said, as JSON. */
  readonly imported: Ran
  /** Runs a command line on the data folder. */
  readonly run: (argv: readonly string[], options?: RunOptions) => Promise<Ran>
  readonly remove: () => Promise<void>
}

/**
 * Imports the demo week. `engine: 'stays'`: a connection of its own keeps the engine from ending with each command, as
 * it takes longer to start than most commands do; no other process can have the index meanwhile.
 */
export async function importWeek(engine: 'stays' | 'ends' = 'ends'): Promise<ImportedWeek> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cli-'))
  const week = await writeDemoWeek(join(folder, 'exports'))
  const run: ImportedWeek['run'] = (argv, options) =>
    runHere([...argv, '--data-dir', join(folder, 'records')], options)
  const imported = await run(['import', ...week.folders, '--json'])
  const path = join(folder, 'records', 'index')
  const staying = engine === 'stays' ? await openEngine({ path }) : null
  return {
    folder,
    week,
    imported,
    run,
    async remove() {
      await staying?.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Lines that a terminal of 80 columns would break. */
export function tooWide({ out }: Ran): string[] {
  return out.split('\n').filter((line) => columnsOf(line) > 80)
}
