import { GLOBAL_OPTIONS } from '../../src/cli/arguments.ts'
import type { Command, Option } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { code, pageHead, table } from './page.ts'

/** docs/reference/cli.md */
export async function cliPage(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()))
  return `${pageHead('The command line', 'the commands in src/cli')}
In a checkout \`npm run -s daybook -- <command> …\`, installed \`daybook <command> …\`.
The answer goes to standard output, notes and progress to standard error. Colour and progress are for terminals only.
PowerShell's spelling of an option works, too: \`-StartDate\` is \`--start-date\`.

${table(
  ['command', ''],
  commands.map(({ name, summary }) => [`[${name}](#${name})`, summary]),
)}

## Options of every command

${optionTable(GLOBAL_OPTIONS)}

${commands.map(section).join('\n')}`
}

function section(command: Command): string {
  const parts = [
    `## ${command.name}`,
    `${command.summary}.`,
    `\`\`\`\n${`daybook ${command.name} ${command.arguments}`.trim()}\n\`\`\``,
    table(
      ['example', ''],
      command.examples.map(([line, what]) => [code(line), what]),
    ),
    Object.keys(command.options).length === 0 ? '' : optionTable(command.options),
    ...(command.notes ?? []).map(escaped),
    `Exit codes: ${Object.entries(command.exitCodes)
      .map(([number, meaning]) => `${number} ${meaning}`)
      .join(' · ')}. See [Exit codes](exit-codes.md).`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function optionTable(options: Readonly<Record<string, Option>>): string {
  return table(
    ['option', ''],
    Object.entries(options).map(([name, { value, summary, aliases = [] }]) => [
      code(`--${name}${value === undefined ? '' : ` ${value}`}`),
      aliases.length === 0
        ? escaped(summary)
        : `${escaped(summary)} (also ${aliases.map((alias) => code(`--${alias}`)).join(', ')})`,
    ]),
  )
}

/** Text of the terminal, in which no sign has a meaning for Markdown. */
function escaped(text: string): string {
  return text.replaceAll(/[<*_]/g, (sign) => `\\${sign}`)
}
