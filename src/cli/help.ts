import { GLOBAL_OPTIONS } from './arguments.ts'
import type { Command, Option, Paint } from './command.ts'
import { COMMANDS } from './commands.ts'
import { indented, pad, wrap } from './terminal.ts'

/** What `daybook --help` prints. */
export function generalHelp(width: number, paint: Paint): string[] {
  const column = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2
  return [
    paint('bold', 'Daybook: books and records for Microsoft 365 Copilot'),
    '',
    paint('bold', 'Examples'),
    '  daybook demo',
    '  daybook init --data-dir ./records --tenant <tenant id>',
    '  daybook import ./exports --data-dir ./records',
    '  daybook search "jailbreak:true AND merger"',
    '  daybook verify ./records',
    '',
    paint('bold', 'Commands'),
    ...COMMANDS.map(({ name, summary }) => `  ${paint('cyan', pad(name, column))}${summary}`),
    '',
    ...wrap(
      '"daybook <command> --help" shows its examples, options and exit codes. Every command takes --json.',
      width,
    ),
    '',
    'daybook --version prints the version.',
  ]
}

/** What `daybook <command> --help` prints: examples first. */
export function commandHelp(command: Command, width: number, paint: Paint): string[] {
  return [
    paint('bold', `daybook ${command.name}`),
    ...indented(wrap(command.summary, width - 2), 2),
    '',
    paint('bold', 'Examples'),
    ...command.examples.flatMap(([line, what]) => [
      ...typed(line, width).map((part) => paint('cyan', part)),
      ...indented(wrap(what, width - 6), 6),
    ]),
    '',
    paint('bold', 'Usage'),
    ...command.arguments
      .split(' | ')
      .flatMap((form) => indented(wrap(`daybook ${command.name} ${form}`.trimEnd(), width - 2), 2)),
    ...section('Options', command.options, width, paint),
    ...section('Options of every command', GLOBAL_OPTIONS, width, paint),
    '',
    paint('bold', 'Exit codes'),
    ...Object.entries(command.exitCodes).flatMap(([code, meaning]) =>
      wrap(meaning, width - 7).map((line, at) => `  ${(at === 0 ? code : '').padEnd(5)}${line}`),
    ),
    ...(command.notes ?? []).flatMap((note) => ['', ...wrap(note, width)]),
  ]
}

function section(
  title: string,
  options: Readonly<Record<string, Option>>,
  width: number,
  paint: Paint,
): string[] {
  const entries = Object.entries(options)
  if (entries.length === 0) return []
  const rows = entries.map(
    ([name, option]) =>
      [
        `--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
        optionText(option),
      ] as const,
  )
  const column = Math.min(30, Math.max(...rows.map(([left]) => left.length)) + 2)
  return [
    '',
    paint('bold', title),
    ...rows.flatMap(([left, text]) => {
      const lines = wrap(text, Math.max(20, width - column - 2))
      const [first = '', ...rest] = lines
      // A long name gets a line of its own.
      if (left.length >= column) return [`  ${left}`, ...indented(lines, column + 2)]
      return [`  ${pad(left, column)}${first}`, ...indented(rest, column + 2)]
    }),
  ]
}

function optionText(option: Option): string {
  const aliases = option.aliases ?? []
  return aliases.length === 0
    ? option.summary
    : `${option.summary} (also ${aliases.map((alias) => `--${alias}`).join(', ')})`
}

/** A command line in the lines of a shell: broken ones go on behind a backslash. */
function typed(line: string, width: number): string[] {
  const parts = wrap(line, width - 6)
  return parts.map(
    (part, at) => `${at === 0 ? '  ' : '    '}${part}${at < parts.length - 1 ? ' \\' : ''}`,
  )
}
