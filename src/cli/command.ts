import type { CollectorSettings, TenantSource } from '../pipeline/collect/collector.ts'
import type { Tell } from '../pipeline/collect/events.ts'
import type { Clock } from '../platform/clock.ts'
import { CodedError } from '../platform/errors.ts'

/** One option of a command; `value` names its argument in the help, absent for a switch. */
export interface Option {
  readonly value?: string
  readonly summary: string
  readonly multiple?: boolean
  /** Other spellings: what people's fingers know from Search-UnifiedAuditLog and the like. */
  readonly aliases?: readonly string[]
}

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly string[] | undefined>
>

export interface Console {
  /** One line of the answer, to standard output. */
  readonly line: (text?: string) => void
  /** One object of the answer as JSON, to standard output. */
  readonly json: (value: unknown) => void
  /** A sentence beside the answer (a note, a hint), to standard error. */
  readonly note: (text: string) => void
  /** Columns to wrap at: the terminal's, else COLUMNS, else 80. */
  readonly width: number
  /** Whether a person's terminal shows the answer: hostile text must not reach it as it is. */
  readonly isTerminal: boolean
  readonly paint: Paint
  readonly progress: Progress
}

export type Style =
  | 'bold'
  | 'dim'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'cyan'
  | 'magenta'
  | 'inverse'
export type Paint = (style: Style, text: string) => string

export interface Progress {
  /** Shown on standard error when that is a terminal and the work has taken over a second. */
  show(step: {
    readonly label: string
    readonly done: number
    readonly total: number | null
    readonly unit: string
    readonly extra?: string
  }): void
  clear(): void
}

/** The in-process application, or a running one: everything but `verify` and `generate` goes through it. */
export interface Client {
  // The application is ours: its answers are what src/api/answers.ts says.
  get<Answer>(path: string, query?: ClientQuery): Promise<Answer>
  post<Answer>(path: string, body: unknown): Promise<Answer>
  /** Posts and yields the objects of the NDJSON answer as they come. */
  stream<Step>(path: string, body: unknown): AsyncIterable<Step>
  /** Closes the application and lets go of the data folder; done anyway when the command ends. */
  close(): Promise<void>
}

/** A list becomes a parameter that repeats. */
export type ClientQuery = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Invocation {
  readonly positionals: readonly string[]
  readonly options: OptionValues
  readonly json: boolean
  readonly console: Console
  readonly dataDir: string
  /** What a person types to start this program: `daybook`, or the way through npm in a checkout. */
  readonly program: string
  /** Aborted by Ctrl+C and SIGTERM: finish what is begun, leave nothing half-done. */
  readonly signal: AbortSignal
  /**
   * Opens the application on the data folder, or on `dataDir`; closed again when the command ends. Where a running process
   * holds the folder and listens, that one answers.
   */
  readonly client: (need: Need) => Promise<Client>
  readonly environment: NodeJS.ProcessEnv
}

/** What a command needs of the application. */
export interface Need {
  readonly index: boolean | 'if-possible'
  readonly purpose: string
  readonly dataDir?: string
  /** A folder that is not there is made; else that is an error: no answer from nothing, because of a slip in its name. */
  readonly makes?: true
  /** To collect: the folder is taken for this process, which then listens for other commands. */
  readonly collect?: {
    readonly settings: CollectorSettings
    readonly sources: () => Promise<readonly TenantSource[]>
    readonly clock: Clock
    readonly tell?: Tell
  }
}

export interface Command {
  readonly name: string
  readonly summary: string
  readonly arguments: string
  readonly examples: readonly (readonly [command: string, what: string])[]
  readonly options: Readonly<Record<string, Option>>
  readonly exitCodes: Readonly<Record<number, string>>
  /** What the page of the reference and the help say below the options. */
  readonly notes?: readonly string[]
  /** What is left after Ctrl+C, and how to go on: told when the command ended before its end. */
  readonly whenStopped?: string
  run(invocation: Invocation): Promise<number>
}

export const defineCommand = (command: Command): Command => command

/** The text of an option, or undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** Every value of an option that may repeat or hold a comma list. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name]
  const given =
    typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : []
  return given
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** The value of an option that takes one of a few words, or undefined when it was not given. Throws `USAGE`. */
export function choiceOption<Choice extends string>(
  options: OptionValues,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  const chosen = choices.find((choice) => choice === text)
  if (chosen === undefined)
    throw new CodedError('USAGE', `--${name} is one of ${choices.join(', ')}`)
  return chosen
}
