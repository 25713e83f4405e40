import { parseArgs } from 'node:util'
import { CodedError } from '../platform/errors.ts'
import { visible } from '../platform/visible-text.ts'
import type { Command, Option, OptionValues } from './command.ts'
import { nearest } from './nearest.ts'

/** Options that every command takes. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  'data-dir': {
    value: '<folder>',
    summary: 'the data folder (or DAYBOOK_DATA_DIR; default ./daybook-data)',
  },
  json: { summary: 'machine-readable answer on standard output' },
  color: { summary: 'colour (--no-color to turn it off; NO_COLOR and FORCE_COLOR are obeyed)' },
  progress: { summary: 'progress on standard error (--no-progress to turn it off)' },
  help: { summary: 'this help' },
}

export interface ParsedArguments {
  readonly options: OptionValues
  readonly positionals: readonly string[]
}

/**
 * Reads a command's arguments. PowerShell's spelling works too: `-StartDate` is `--start-date`.
 * Throws `USAGE` with a sentence that names the option.
 */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const parsed = read(command, argv)
  const [extra] = parsed.positionals
  if (extra !== undefined && TAKES_OPTIONS_ALONE.test(command.arguments))
    throw new CodedError(
      'USAGE',
      `"${visible(extra).slice(0, 40)}" is a word too many: ${command.name} takes options alone; see "daybook ${command.name} --help"`,
    )
  return parsed
}

/** A usage that names no word before its first option. */
const TAKES_OPTIONS_ALONE = /^(?:\[?--|$)/

function read(command: Command, argv: readonly string[]): ParsedArguments {
  const all = { ...GLOBAL_OPTIONS, ...command.options }
  const names = new Map<string, string>()
  for (const [name, option] of Object.entries(all)) {
    for (const spelling of [name, ...(option.aliases ?? [])]) names.set(spelling, name)
  }
  const spec: Record<string, { type: 'string' | 'boolean'; multiple: boolean }> = {}
  for (const [spelling, name] of names) {
    const option = all[name]
    spec[spelling] = { type: option?.value === undefined ? 'boolean' : 'string', multiple: true }
  }
  // Behind `--` everything is meant as it is.
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  try {
    const { values, positionals } = parseArgs({
      args: argv.map((argument, at) => (at < end ? fromPowerShell(argument) : argument)),
      options: { ...spec, help: { type: 'boolean', short: 'h', multiple: true } },
      allowPositionals: true,
      allowNegative: true,
    })
    const options: Record<string, string | boolean | readonly string[]> = {}
    for (const [spelling, given] of Object.entries(values)) {
      const name = names.get(spelling) ?? spelling
      const list = Array.isArray(given) ? given : [given]
      const last = list.at(-1)
      if (all[name]?.multiple === true) {
        const before = options[name]
        options[name] = [
          ...(Array.isArray(before) ? (before as readonly string[]) : []),
          ...list.map(String),
        ]
      } else if (last !== undefined) {
        options[name] = last
      }
    }
    return { options, positionals }
  } catch (error) {
    throw new CodedError('USAGE', usageMessage(command, [...names.keys()], argv, error), {
      cause: error,
    })
  }
}

// -StartDate, -UserIds: one dash and a capital. A negative number or a short option is neither.
function fromPowerShell(argument: string): string {
  const [, name, value] = /^-([A-Z][A-Za-z]*)(?:[:=](.*))?$/s.exec(argument) ?? []
  if (name === undefined) return argument
  const kebab = name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()
  if (value === undefined) return `--${kebab}`
  // A switch is also written -Formatted:$true.
  const [, truth] = /^\$?(true|false)$/i.exec(value) ?? []
  if (truth === undefined) return `--${kebab}=${value}`
  return truth.toLowerCase() === 'true' ? `--${kebab}` : `--no-${kebab}`
}

const FAULTS: Readonly<Record<string, (name: string) => string>> = {
  missing: (name) => `${name} needs a value`,
  ambiguous: (name) => `${name} needs a value; one that begins with a dash is written ${name}=-…`,
  'does not take': (name) => `${name} takes no value`,
}

/** In words of our own: those of Node span several lines and name what was not typed. */
function usageMessage(
  command: Command,
  spellings: readonly string[],
  argv: readonly string[],
  error: unknown,
): string {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  const help = `"daybook ${command.name} --help"`
  const [, said] = /'(?:-\w, )?(--?[^' <]*)/.exec(text) ?? []
  if (said === undefined) return `${text.replace(/\.$/, '')}; see ${help}`
  const fault = Object.entries(FAULTS).find(([words]) => text.includes(words))
  if (fault !== undefined) return `${fault[1](said)}; see ${help}`
  const typed = argv.find((argument) => [argument, fromPowerShell(argument)].includes(said)) ?? said
  const near = nearest(said.replace(/^-+/, ''), spellings)
  const hint = near === null ? '' : `did you mean --${near}? `
  return `There is no option ${typed.slice(0, 40)}; ${hint}${help} lists them`
}
