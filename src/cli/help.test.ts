import { describe, expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, generalHelp } from './help.ts'
import { columnsOf } from './terminal.ts'
import { runHere } from './testing.ts'

const plain = (_: string, text: string) => text

describe.each(COMMANDS)('the help of $name', ({ name, summary, load }) => {
  test('fits 80 columns and begins with examples', async () => {
    const lines = commandHelp(await load(), 80, plain)
    expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([])
    expect(lines[3]).toBe('Examples')
  })

  test('has examples that the command understands', async () => {
    const command = await load()
    const own = command.examples.filter(([line]) => line.startsWith(`daybook ${name}`))
    expect(own.length).toBeGreaterThan(0)
    for (const [line] of own)
      expect(() => parseArguments(command, wordsOf(line).slice(2))).not.toThrow()
  })

  test('says the same as the list of commands', async () => {
    const command = await load()
    expect(command.name).toBe(name)
    expect(command.summary).toBe(summary)
    expect(Object.keys(command.exitCodes)).toContain('0')
  })
})

describe('the program', () => {
  test('lists every command in 80 columns', () => {
    const lines = generalHelp(80, plain)
    expect(lines.filter((line) => columnsOf(line) > 80)).toEqual([])
    for (const { name } of COMMANDS) expect(lines.join('\n')).toContain(`  ${name}`)
  })

  test('suggests the command that was meant', async () => {
    const { code, err } = await runHere(['serch', 'x'])
    expect(code).toBe(2)
    expect(err).toContain('did you mean "search"?')
  })

  test('names an option that does not exist', async () => {
    const { code, err } = await runHere(['search', '--unti', 'record'])
    expect(code).toBe(2)
    expect(err).toContain('--unti')
  })

  test('prints its version', async () => {
    expect((await runHere(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

/** The words of a command line as a shell splits them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
}
