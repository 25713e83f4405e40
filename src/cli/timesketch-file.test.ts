import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openOutputFile } from './output-file.ts'
import { writeTimesketch } from './timesketch-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-timesketch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function* some(...rows: readonly Record<string, string | number>[]) {
  yield* rows
}

test('a text of several lines stays one cell, however its lines end', async () => {
  const path = join(folder, 'lines.csv')
  const output = await openOutputFile(path, false)
  const rows = some(
    { message: 'one\ntwo', n: 1 },
    { message: 'a\rb', n: 2 },
    { message: '"c", d', n: 3 },
  )
  expect(await writeTimesketch(rows, output, 'csv')).toBe(3)
  await output.finish()
  expect(readFileSync(path, 'utf8')).toBe(
    'message,n\r\n"one\ntwo",1\r\n"a\rb",2\r\n"""c"", d",3\r\n',
  )
})

test('a file without rows has the header that Timesketch asks for', async () => {
  const path = join(folder, 'none.csv')
  const output = await openOutputFile(path, false)
  await writeTimesketch(some(), output, 'csv')
  await output.finish()
  expect(readFileSync(path, 'utf8')).toBe('message,datetime,timestamp,timestamp_desc\r\n')
})

test('a file has its name only when it is whole; what a crash left is written over', async () => {
  const path = join(folder, 'crash.jsonl')
  writeFileSync(`${path}.partial`, 'half of an earl')
  const output = await openOutputFile(path, false)
  await writeTimesketch(some({ message: 'm' }), output, 'jsonl')
  expect(readdirSync(folder)).not.toContain('crash.jsonl')
  await output.finish()
  expect(readFileSync(path, 'utf8')).toBe('{"message":"m"}\n')
  const given = await openOutputFile(join(folder, 'given-up.jsonl'), false)
  await given.write('half')
  await given.discard()
  expect(readdirSync(folder).filter((name) => /partial|given/.test(name))).toEqual([])
})
