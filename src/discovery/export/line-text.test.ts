import { expect, test } from 'vitest'
import { encodeDisposed, encodeLine } from '../../archive/line.ts'
import type { RecordLine } from '../../archive/types.ts'
import { copyText } from './line-text.ts'

const NONE = new Map<string, number>()

function lineOf(changes: Partial<RecordLine>): string {
  return encodeLine({
    tenant: '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14',
    sequence: 7,
    namespace: 'audit',
    id: 'an id with ,"raw":" in it',
    source: 'purview-csv',
    container: 'folder/,"raw":"/file.csv',
    range: [0, 10],
    receivedAt: '2026-03-04T09:15:00.123Z',
    salt: 'AAAAAAAAAAAAAAAAAAAAAA',
    ...changes,
  })
}

/** The text of the middle one of three lines; null where the line has to be parsed. */
function copied(line: string, groups: ReadonlyMap<string, number> = NONE): string | null {
  const before = `${lineOf({ raw: '{"Id":"before"}' })}\n`
  const bytes = Buffer.from(`${before}${line}\n${lineOf({ raw: '{"Id":"behind"}' })}\n`)
  const start = Buffer.byteLength(before)
  const to = Buffer.alloc(bytes.length, '#')
  const end = copyText(bytes, [start, start + Buffer.byteLength(line)], groups, to, 3)
  return end === -1 ? null : to.toString('utf8', 3, end)
}

test('copies the text of a line as it was served', () => {
  const texts = [
    '{"Id":"a \\"quoted\\" \\\\ word","Text":"Grüße 😀 \\n \\u0041"}',
    String.raw`{"Path":"C:\\new\\table","End":"\\"}`,
    'tab\there, form\ffeed, back\bspace, return\r',
    'a "bare" text with ,"raw":" in it',
    '\\',
    '',
  ]
  for (const raw of texts) expect(copied(lineOf({ raw }))).toBe(`${raw}\n`)
})

test('leaves to the parser what is no line of a file, or is spelt in an unusual way', () => {
  expect(copied(lineOf({ raw: '{\n}' }))).toBeNull()
  expect(copied(lineOf({ raw: '\uFEFF{}' }))).toBeNull()
  expect(copied(lineOf({ raw: 'NUL \0' }))).toBeNull()
  expect(copied(lineOf({ rawBase64: '/w==' }))).toBeNull()
  expect(copied(encodeDisposed(new Uint8Array(32), 7, 'a'))).toBeNull()
  expect(copied(lineOf({ raw: 'cut'.repeat(99) }).slice(0, -250))).toBeNull()
})

test('leaves rows of CSV files to the parser, and nothing else', () => {
  const line = lineOf({ raw: 'a,b', container: 'of a "CSV"' })
  expect(copied(line, new Map([['of a "CSV"', 0]]))).toBeNull()
  const plain = lineOf({ raw: 'a,b', container: 'f1' })
  expect(copied(plain, new Map([['f1', 0]]))).toBeNull()
  expect(copied(plain, new Map([['f', 0]]))).toBe('a,b\n')
})
