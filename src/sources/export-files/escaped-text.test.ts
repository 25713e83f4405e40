import { expect, test } from 'vitest'
import { isEscapedObject, objectsInText, unescapedStart } from './escaped-text.ts'

/** The objects found in a JSON string, as served. */
function found(text: string): readonly string[] | null {
  const bytes = Buffer.from(text)
  const objects = objectsInText(bytes, 1, bytes.length - 1)
  if (objects === null) return null
  const { ranges } = objects
  return ranges.flatMap((from, i) =>
    i % 2 === 0 ? [bytes.subarray(from, ranges[i + 1]).toString()] : [],
  )
}

const told = (raw: string): boolean => isEscapedObject(Buffer.from(raw), 0, raw.length)

const RECORDS = [{ Id: 'a', said: 'He said "{" \\ [é\n', list: [{ n: 1 }] }, { Id: 'b' }]

test.each([
  ['a list', JSON.stringify(RECORDS)],
  ['a list with line ends', JSON.stringify(RECORDS, null, 2).replaceAll('\n', '\r\n')],
  ['objects behind each other', RECORDS.map((record) => JSON.stringify(record)).join('\n')],
])('%s in a text gives its objects, which say what they said', (_, inside) => {
  for (const text of [
    JSON.stringify(inside),
    // .NET writes quotes and backslashes so.
    JSON.stringify(inside).replaceAll('\\"', '\\u0022').replaceAll('\\\\', '\\u005c'),
  ]) {
    const objects = found(text)
    expect(objects?.map((raw) => JSON.parse(JSON.parse(`"${raw}"`)))).toEqual(RECORDS)
  }
})

test('what is no JSON is no text of records; an empty list is one without', () => {
  expect(found('"Draft a letter to {name}"')).toBeNull()
  expect(found('"[a note]"')).toBeNull()
  expect(found('""')).toBeNull()
  expect(found('"[]"')).toEqual([])
})

test('a text that is cut gives what is whole, and where the rest begins', () => {
  const whole = JSON.stringify(JSON.stringify(RECORDS))
  const second = whole.lastIndexOf('{')
  for (let end = second + 1; end < whole.length - 2; end += 1) {
    const bytes = Buffer.from(whole.slice(0, end))
    const objects = objectsInText(bytes, 1, bytes.length)
    const isWhole = whole.slice(second, end).endsWith('}')
    expect(objects?.ranges.length).toBe(isWhole ? 4 : 2)
    expect(objects?.openAt).toBe(isWhole ? -1 : Buffer.byteLength(whole.slice(0, second)))
  }
})

test('an object out of a text is told from every other, and unescaped as far as it goes', () => {
  expect([told('{\\"Id\\":1}'), told('{ \\r\\n\\"Id\\":1}')]).toEqual([true, true])
  expect([told('{"Id":"\\\\"}'), told('{}'), told('{')]).toEqual([false, false, false])
  const cut = Buffer.from('{\\"Id\\":\\"\\u00')
  expect(Buffer.from(unescapedStart(cut, 0, cut.length)).toString()).toBe('{"Id":"')
  expect(unescapedStart(Buffer.from('{\\x'), 0, 3)).toHaveLength(0)
})
