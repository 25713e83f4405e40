import { expect, test } from 'vitest'
import { FORMATS, type Format } from './formats.ts'
import { noteOf } from './interruption.ts'

const formatNamed = (name: string): Format => {
  const format = FORMATS.find((one) => one.name === name)
  if (format === undefined) throw new Error(`no format ${name}`)
  return format
}

function noted(
  name: string,
  before: 'nothing' | 'goes on' | 'removed',
  isFinished: boolean,
): string | null {
  const request = { format: formatNamed(name), textsOnly: false }
  return noteOf({ before, isFinished: () => isFinished }, request)
}

test('an interrupted export says whether it goes on or begins anew', () => {
  expect(noted('csv', 'nothing', false)).toBeNull()
  expect(noted('csv', 'removed', false)).toMatch(/begins anew/)
  for (const name of ['jsonl', 'csv', 'audit', 'html', 'pdf'])
    expect(noted(name, 'goes on', false)).toBe('The interrupted export goes on where it stopped.')
  for (const name of ['xlsx', 'parquet', 'arrow']) {
    expect(noted(name, 'goes on', false)).toContain(`a file in ${name} cannot be gone on with`)
    expect(noted(name, 'goes on', true)).toBe('The interrupted export goes on where it stopped.')
  }
})
