import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CodedError } from '../platform/errors.ts'
import { packageVersion } from '../platform/package-version.ts'
import { parseArguments } from './arguments.ts'
import type { Client, Command, Need } from './command.ts'
import { COMMANDS } from './commands.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { openConsole, visible, wrap, type Streams } from './terminal.ts'

const OUTPUT_GONE = 'OUTPUT_GONE'

/** Runs one command line and sets the process's exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  let fault: string | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    fault = error.code ?? error.message
  })
  const stdout = {
    isTTY: process.stdout.isTTY,
    columns: process.stdout.columns,
    write(text: string) {
      // `daybook … | head` closes the pipe early, which is no fault; a full disk is. Either way the command unwinds and
      // closes what it opened: ending the process at once would crash in the engine's clean-up.
      if (fault !== undefined)
        throw new CodedError(OUTPUT_GONE, `Cannot write the answer (${fault})`)
      return process.stdout.write(text)
    },
  }
  const code = await runCli(argv, { stdout, stderr: process.stderr }, process.env)
  // What could not be written is known one turn later.
  await new Promise((resolved) => setImmediate(resolved))
  if (fault === undefined) process.exitCode = code
  else if (fault !== 'EPIPE') {
    process.stderr.write(`daybook: Cannot write the answer (${fault})\n`)
    process.exitCode = EXIT.FAILURE
  }
}

/** Runs one command line on the given streams; answers the exit code. Never throws. */
export async function runCli(
  argv: readonly string[],
  streams: Streams,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    return await run(argv, streams, environment)
  } catch (error) {
    if (error instanceof CodedError && error.code === OUTPUT_GONE) return EXIT.FAILURE
    return report(error, argv.includes('--json'), streams, environment)
  }
}

async function run(
  argv: readonly string[],
  streams: Streams,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const [name, ...rest] = argv
  const plain = openConsole({
    streams,
    color: argv.includes('--no-color') ? false : undefined,
    progress: false,
    environment,
  })
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const { commandHelp, generalHelp } = await import('./help.ts')
    const [topic] = name === 'help' ? rest : []
    const lines =
      topic === undefined
        ? generalHelp(plain.width, plain.paint)
        : commandHelp(await find(topic), plain.width, plain.paint)
    lines.forEach((line) => plain.line(line))
    return EXIT.OK
  }
  if (name === '--version' || name === '-v' || name === '-V' || name === 'version') {
    plain.line(packageVersion())
    return EXIT.OK
  }
  const command = await find(name)
  const { options, positionals } = parseArguments(command, rest)
  if (options['help'] === true) {
    const { commandHelp } = await import('./help.ts')
    commandHelp(command, plain.width, plain.paint).forEach((line) => plain.line(line))
    return EXIT.OK
  }
  return execute(command, options, positionals, streams, environment)
}

async function execute(
  command: Command,
  options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
  positionals: readonly string[],
  streams: Streams,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const json = options['json'] === true
  const console = openConsole({
    streams,
    color: json ? false : switchOption(options['color']),
    progress: switchOption(options['progress']),
    environment,
  })
  const dataDir = resolve(
    typeof options['data-dir'] === 'string'
      ? options['data-dir']
      : environment['DAYBOOK_DATA_DIR'] || 'daybook-data',
  )
  const stop = stopOnSignals(console.note, command.whenStopped)
  const opened: (() => Promise<void>)[] = []
  const client = async ({ collect, makes, ...need }: Need): Promise<Client> => {
    const folder = need.dataDir ?? dataDir
    if (makes === undefined) refuseMissing(folder)
    const running = async (wait: boolean): Promise<Client | null> => {
      const { connectToRunning } = await import('./running.ts')
      const found = await connectToRunning(folder, stop.signal, wait, {
        ms: PATIENCE_MS,
        note: (sentence) => wrap(sentence, console.width).forEach((line) => console.note(line)),
      })
      if (found !== null) opened.push(() => found.close())
      return found
    }
    if (collect === undefined && hasSocket(folder)) {
      const found = await running(false)
      if (found !== null) return found
    }
    const { openApp } = await import('../app.ts')
    const { appClient } = await import('./client.ts')
    const how = { dataDir, ...need, signal: stop.signal, environment, warn: console.note }
    try {
      const app = await openApp(
        collect === undefined ? how : { ...how, collect, clock: collect.clock },
      )
      const close = () => app.close()
      opened.push(close)
      if (collect !== undefined) {
        const { listenOnSocket } = await import('../api/socket.ts')
        opened.push(await listenOnSocket(folder, app.fetch))
      }
      return appClient(app.fetch, close)
    } catch (error) {
      const isTaken = error instanceof CodedError && error.code === 'FOLDER_IN_USE'
      const found = isTaken && collect === undefined ? await running(isCollecting(folder)) : null
      if (found === null) throw error
      return found
    }
  }
  try {
    return await command.run({
      positionals,
      options,
      json,
      console,
      dataDir,
      program:
        environment['npm_lifecycle_event'] === undefined ? 'daybook' : 'npm run -s daybook --',
      signal: stop.signal,
      client,
      environment,
    })
  } finally {
    console.progress.clear()
    for (const close of opened.toReversed()) await close()
    stop.dispose()
  }
}

/** Until it is said that somebody else is waited for. */
const PATIENCE_MS = 10_000

function refuseMissing(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new CodedError(
      'DATA_FOLDER_MISSING',
      `${folder} is a file, not a data folder: choose another with --data-dir`,
    )
  if (['catalog.db', 'archive'].some((name) => existsSync(join(folder, name)))) return
  throw new CodedError(
    'DATA_FOLDER_MISSING',
    `There is no data folder ${folder}: name yours with --data-dir or DAYBOOK_DATA_DIR; a new one begins with "daybook import <files or folders>" or "daybook init"`,
  )
}

/** Asked before anything is loaded: most folders are nobody's. */
const hasSocket = (folder: string): boolean =>
  existsSync(join(folder, 'daybook.sock')) || existsSync(join(folder, 'daybook.sock.path'))

/** The note beside the lock says who holds it: a collector listens once it has opened everything. */
function isCollecting(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'writer.json'), 'utf8').includes('"collect"')
  } catch {
    return false
  }
}

const switchOption = (value: unknown) => (typeof value === 'boolean' ? value : undefined)

// Once: finish what is begun and end. Twice: end now; the archive recovers at the next start.
function stopOnSignals(
  note: (text: string) => void,
  whenStopped = 'the answer is not whole',
): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      // By the signal itself: the shell sees 130 or 143, and the engine's clean-up is not run half-way.
      dispose()
      process.kill(process.pid, signal)
      return
    }
    note('Stopping after what is begun; press Ctrl+C again to stop at once')
    controller.abort(new CodedError('INTERRUPTED', `Stopped: ${whenStopped}`))
  }
  const dispose = () => process.off('SIGINT', stop).off('SIGTERM', stop)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return {
    signal: controller.signal,
    dispose,
  }
}

async function find(name: string): Promise<Command> {
  const entry = COMMANDS.find((command) => command.name === name)
  if (entry === undefined) {
    if (name.startsWith('-'))
      throw new CodedError(
        'USAGE',
        `A command comes first, its options behind it: "daybook search ${visible(name).slice(0, 40)} …"; "daybook --help" lists the commands`,
      )
    const { nearest } = await import('./nearest.ts')
    const near = nearest(
      name,
      COMMANDS.map((command) => command.name),
    )
    const hint = near === null ? '' : ` did you mean "${near}"?`
    throw new CodedError(
      'USAGE',
      `There is no command "${visible(name).slice(0, 40)}";${hint} "daybook --help" lists them`,
    )
  }
  return entry.load()
}

// One line for what a person can act on; a bug says that it is one and where, never with data of a record.
function report(
  error: unknown,
  json: boolean,
  { stdout, stderr }: Streams,
  environment: NodeJS.ProcessEnv,
): number {
  if (error instanceof CodedError) {
    if (json)
      stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`)
    // What follows the first line shows where in a query the fault is.
    const [first = '', ...rest] = visible(error.message).split('\n')
    const sentence = `daybook: ${first} [${error.code}]`
    // A log or a pipe gets it in one line.
    const lines = stderr.isTTY === true ? wrap(sentence, stderr.columns || 80) : [sentence]
    stderr.write(`${[...lines, ...rest].join('\n')}\n`)
    return exitCodeOf(error.code)
  }
  const stack = error instanceof Error && environment['DAYBOOK_DEBUG'] ? (error.stack ?? '') : ''
  const what = error instanceof Error ? error.message : String(error)
  stderr.write(
    `daybook: this is a fault of Daybook, please report it: ${visible(what).slice(0, 300)}${stack === '' ? ' (DAYBOOK_DEBUG=1 shows where)' : `\n${stack}`}\n`,
  )
  return EXIT.FAILURE
}
