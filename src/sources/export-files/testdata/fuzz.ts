// Damages small exports at random and checks what must hold for any input; the tests of both suites run it.

import { readCsvHeader } from '../csv-header.ts'
import { shapeOfCsv } from '../csv-shape.ts'
import { CsvSplitter } from '../csv-splitter.ts'
import { JsonSplitter } from '../json-splitter.ts'
import { LineSplitter } from '../line-splitter.ts'
import { NestedSplitter } from '../nested-splitter.ts'
import { recognise } from '../recognise.ts'
import type { Splitter } from '../splitter.ts'
import { LIMITS, split } from './exports.ts'

const RECORDS = [
  '{"Id":"1","RecordType":261,"a":["]}\\""]}',
  '{"Id":"2","b":{"c":"\\\\ü"}}',
  '{"Id":"3"}',
]
const ROWS = ['1,"{""Id"":""1""}",x', '2,"{""a"":""\\""b\n,""}",', '3,{},y']
const TEXTS = RECORDS.map((record) => JSON.stringify(record).slice(1, -1))
const ESCAPED_ROWS = ['1,"{\\"Id\\":\\"\\\\\\"1,\\"}",x', '2,"{\\"a\\":1}",', '3,"{",z']
const CELLS = ['[1,"]",{"a":[]}]', '["\\"[",null]', '[{}]']
const HEADER = 'Id,AuditData,Units\n'
const INTERESTING = Buffer.from('{}[],:"\\\n\r\0 aZ;\t\xef\xbb\xbf\xff#@v', 'latin1')
const layout = {
  delimiter: 0x2c,
  neededColumn: 1,
  columns: 3,
  header: Buffer.from(HEADER.trim()),
}

type Seed = {
  readonly text: Buffer
  /** Where each record is known to have ended: one further if its line end tells. */
  readonly ends: readonly number[]
  readonly records: readonly string[]
  readonly splitter: () => Splitter
}

function seed(
  text: string,
  records: readonly string[],
  more: number,
  splitter: () => Splitter,
): Seed {
  const bytes = Buffer.from(text)
  const ends = records.map((record) => bytes.indexOf(record) + Buffer.byteLength(record) + more)
  return { text: bytes, ends, records, splitter }
}

const SEEDS: readonly Seed[] = [
  seed(`[${RECORDS.join(',')}]`, RECORDS, 0, () => new JsonSplitter(LIMITS)),
  seed(`[\n${RECORDS.join(',\n')}\n]\n`, RECORDS, 0, () => new JsonSplitter(LIMITS)),
  seed(
    `{"@odata.count":3,"value":[${RECORDS.join(' , ')}],"@odata.nextLink":"]"}`,
    RECORDS,
    0,
    () => new JsonSplitter(LIMITS),
  ),
  seed(RECORDS.join(''), RECORDS, 0, () => new JsonSplitter(LIMITS)),
  seed(`${RECORDS.join('\n')}\n`, RECORDS, 1, () => new LineSplitter(LIMITS)),
  seed(
    `{"PageNumber":1,"x":{"Records":[1]},"Records":[${RECORDS.join(',')}],"WaterMark":"]"}`,
    RECORDS,
    0,
    () => new NestedSplitter(LIMITS, ['records']),
  ),
  seed(
    `{"tables":[{"name":"t","columns":[{"name":"]"}],"rows":[${CELLS.join(', ')}]}],"n":{}}`,
    CELLS,
    0,
    () => new NestedSplitter(LIMITS, 'tables'),
  ),
  seed(
    `{"x":{"a":[{"Records":[1]}]},"a":[{"b":[${RECORDS.join(',')}],"c":"]"}]}`,
    RECORDS,
    0,
    () => new NestedSplitter(LIMITS, ['a', 'b']),
  ),
  seed(`["${TEXTS.join('", "')}"]`, TEXTS, 1, () => new JsonSplitter(LIMITS)),
  seed(
    `{"n":1,"Records":"[${TEXTS.join(',')}]","x":"]"}`,
    TEXTS,
    0,
    () => new NestedSplitter(LIMITS, ['records']),
  ),
  seed(`${ESCAPED_ROWS.join('\n')}\n`, ESCAPED_ROWS, 1, () => new CsvSplitter(layout, LIMITS, 0)),
  seed(`${ROWS.join('\n')}\n`, ROWS, 1, () => new CsvSplitter(layout, LIMITS, 0)),
]

/** Numerical Recipes' generator: the same cases on every run. */
function generator(start: number): (below: number) => number {
  let state = start >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Runs `cases` damaged texts; returns how many held, and throws an error that names the text of the first that did not. */
export function fuzz(cases: number, start: number): number {
  const random = generator(start)
  for (let i = 0; i < cases; i += 1) {
    const base = SEEDS[random(SEEDS.length)]
    if (base === undefined) return i
    let text = Buffer.from(base.text)
    let intact = text.length
    for (let changes = random(4); changes > 0; changes -= 1) {
      const at = random(text.length)
      intact = Math.min(intact, at)
      const kind = random(4)
      const byte = INTERESTING[random(INTERESTING.length)] ?? 0
      if (kind === 0) text = text.subarray(0, at)
      else if (kind === 1) text = Buffer.concat([text.subarray(0, at), text.subarray(at + 1)])
      else if (kind === 2)
        text = Buffer.concat([text.subarray(0, at), Buffer.from([byte]), text.subarray(at)])
      else text[at] = byte
      if (text.length === 0) break
    }
    check(base, text, intact, 1 + random(9))
    if (i % 4 === 0) checkRecognition(text)
  }
  return cases
}

function check(base: Seed, text: Buffer, intact: number, size: number): void {
  const whole = split(base.splitter(), text, Math.max(text.length, 1))
  const safe = base.ends.filter((end) => end <= intact).length
  for (let i = 0; i < safe; i += 1) {
    if (whole.records[i] !== base.records[i]) fail('a record before the damage was lost', text)
  }
  let last = 0
  for (const [i, record] of whole.records.entries()) {
    const offset = whole.offsets[i] ?? -1
    const end = offset + Buffer.byteLength(record)
    if (offset < last) fail('records overlap', text)
    // Lone bytes of broken UTF-8 are shown with another length.
    if (!record.includes('\uFFFD')) {
      if (end > text.length) fail('a record reaches beyond the text', text)
      if (text.subarray(offset, end).toString() !== record) fail('bytes differ', text)
      last = end
    } else last = offset + 1
  }
  const pieces = split(base.splitter(), text, size)
  const seen = (all: typeof whole): string =>
    JSON.stringify([
      all.records,
      all.offsets,
      all.problems.map(({ code, offset }) => [code, offset]),
    ])
  if (seen(whole) !== seen(pieces)) fail(`pieces of ${size} bytes give something else`, text)
}

function checkRecognition(text: Buffer): void {
  const recognised = recognise(text, true)
  if (recognised.kind === 'undecided') fail('a whole text was not decided on', text)
  recognise(text, false)
  const header = readCsvHeader(Buffer.concat([Buffer.from(HEADER), text]), true)
  if (header === null || shapeOfCsv(header.columns) === null) fail('the header was not read', text)
}

function fail(what: string, text: Buffer): never {
  throw new Error(`${what}: ${JSON.stringify(text.toString('latin1'))}`)
}
