import { describe, expect, test } from 'vitest'
import { parseArguments } from './arguments.ts'
import { importCommand } from './commands/import.ts'
import { search } from './commands/search.ts'

describe('parseArguments()', () => {
  test.each([
    ['--start-date', ['--start-date', '2026-03-04']],
    ['--start-date=…', ['--start-date=2026-03-04']],
    ['-StartDate', ['-StartDate', '2026-03-04']],
    ['-StartDate:…', ['-StartDate:2026-03-04']],
  ])('takes %s', (_, argv) => {
    expect(parseArguments(search, argv).options['start-date']).toBe('2026-03-04')
  })

  test('splits capitals as PowerShell people write them', () => {
    const { options } = parseArguments(search, [
      '-IPAddresses',
      '192.0.2.1',
      '-UserIds',
      'a',
      '-Formatted:$true',
    ])
    expect(options).toMatchObject({
      'ip-addresses': ['192.0.2.1'],
      'user-ids': ['a'],
      formatted: true,
    })
  })

  test('takes other spellings of an option for the option itself', () => {
    expect(parseArguments(search, ['--top', '5']).options).toEqual({ 'result-size': '5' })
    expect(parseArguments(search, ['--no-color']).options).toEqual({ color: false })
  })

  test('leaves everything behind -- as it is', () => {
    expect(parseArguments(importCommand, ['--', '-StartDate', '--json']).positionals).toEqual([
      '-StartDate',
      '--json',
    ])
  })

  test.each([
    ['an option that it does not have', ['--nosuch'], '--nosuch'],
    ['an option without its value', ['--unit'], '--unit'],
    ['a value for a switch', ['--count=3'], '--count'],
    ['a value that looks like an option', ['--result-size', '-5'], '--result-size=-…'],
    ['an option as it was typed', ['-NoSuch', 'x'], 'There is no option -NoSuch'],
    ['an option that is nearly one', ['--colour'], 'did you mean --color?'],
  ])('refuses %s in a sentence that names it', (_, argv, named) => {
    expect(() => parseArguments(search, argv)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(named) }),
    )
  })
})
