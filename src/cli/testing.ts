import { runCli } from './main.ts'

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
