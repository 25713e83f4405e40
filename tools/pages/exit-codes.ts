import { COMMANDS } from '../../src/cli/commands.ts'
import { EXIT_MEANINGS } from '../../src/cli/exit-codes.ts'
import { code, pageHead, table } from './page.ts'

/** docs/reference/exit-codes.md */
export async function exitCodesPage(): Promise<string> {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()))
  const codes = Object.entries(EXIT_MEANINGS).map(([number, meaning]) => [number, meaning])
  const rows = commands.flatMap(({ name, exitCodes }) =>
    Object.entries(exitCodes).map(([number, meaning], at) => [
      at === 0 ? code(name) : '',
      number,
      meaning,
    ]),
  )
  return `${pageHead('Exit codes', 'src/cli/exit-codes.ts and the commands')}
They never change their meaning. A command that ends with another code than 0 says why in one line on standard error;
with \`--json\` an object \`{"error": {"code", "message"}}\` stands on standard output instead of the answer.

${table(['code', 'meaning'], codes)}

## By command

${table(['command', 'code', 'when'], rows)}
`
}
