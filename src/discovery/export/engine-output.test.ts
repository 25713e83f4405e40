import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureWhole, rowsIn } from './engine-output.ts'

const rows = (text: string, format = 'CSV'): number => rowsIn(Buffer.from(text), format)

test('rows of a CSV are counted by the line feeds outside quotes', () => {
  expect(rows('"a","b"\r\n"c\n""d""\r\n",1\r\n')).toBe(2)
  expect(rows('')).toBe(0)
  expect(rows('{"a":"\\""}\n{"b":1}\n', 'JSONEachRow')).toBe(2)
})

test('a file that ends early is seen wherever it was cut', () => {
  const whole = '"a","b"\r\n"c\n""d""\r\n",1\r\n"e",\r\n'
  for (let end = 0; end < whole.length; end += 1)
    expect([end, rows(whole.slice(0, end))]).not.toEqual([end, 3])
})

test('a file that is cut where there is room is told apart from a full disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-output-'))
  try {
    await ensureWhole(join(folder, 'x'), true)
    await expect(ensureWhole(join(folder, 'x'), false)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:OUTPUT_CUT|DISK_FULL)$/),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
