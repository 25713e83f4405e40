import type { RecordFormat } from '../../interactions/record.ts'
import type { SourceShape } from '../source.ts'
import { binaryName } from './binary-name.ts'
import { isKnownTable, tableContext } from './container-context.ts'
import { JsonSplitter } from './json-splitter.ts'
import { NestedSplitter } from './nested-splitter.ts'
import { shapeAt } from './object-shape.ts'
import type { Nest, ObjectShape } from './object-shape.ts'
import { recordPath } from './record-path.ts'
import { recogniseCsv } from './recognise-csv.ts'
import { refuse } from './recognised.ts'
import type { Recognised } from './recognised.ts'
import type { Part } from './splitter.ts'

/** Elements looked at before a list is said to hold no records. */
const MAX_LOOKED_AT = 50
const LIMITS = { chunkBytes: 1 << 30, maxRecordBytes: 1 << 30 }
const HINT =
  'Daybook imports Management Activity blobs, audit searches, Graph pages, and exports of PAX, eDiscovery, Activity Explorer, Application Insights and Copilot Studio'

/**
 * Says what a text is by its content; its name plays no role. `head`: the beginning of the text as UTF-8, without its mark;
 * `isWhole`: nothing follows it.
 */
export function recognise(head: Uint8Array, isWhole: boolean): Recognised {
  let start = 0
  // Tools that join files leave byte order marks in front of each other.
  while (head[start] === 0xef && head[start + 1] === 0xbb && head[start + 2] === 0xbf) start += 3
  while (start < head.length && (head[start] ?? 0) <= 0x20 && head[start] !== 0) start += 1
  if (start === head.length) {
    return isWhole ? refuse('this file is empty') : { kind: 'undecided' }
  }
  const binary = binaryName(head)
  if (binary !== null) return refuse(binary)
  const first = head[start]
  if (first === 0x7b || first === 0x5b) return recogniseJson(head, isWhole, first)
  const csv = recogniseCsv(head, isWhole)
  if (csv !== null) return csv
  const lines = recordLines(head, isWhole)
  if (lines !== null) return lines
  if (first === 0x22) {
    const text = recogniseJson(head, isWhole, first)
    if (text.kind === 'export') return text
  }
  const behind = recogniseBehind(head, isWhole)
  if (behind !== null) return behind
  if (first === 0x3c) return refuse('this is a web page or XML, perhaps an error or sign-in page')
  return refuse(`this is no export that Daybook knows; ${HINT}`)
}

/** Lines looked at for the beginning of JSON behind something else: a comment, the head of an answer, a fence. */
const MAX_LINES_BEFORE = 30

function recogniseBehind(head: Uint8Array, isWhole: boolean): Recognised | null {
  let at = head.indexOf(0x0a)
  for (let line = 0; line < MAX_LINES_BEFORE && at >= 0; line += 1) {
    const byte = head[at + 1]
    if (byte === 0x7b || byte === 0x5b) {
      const found = recogniseJson(head.subarray(at + 1), isWhole, byte)
      // What stands before is told by the splitter that looks for JSON anywhere.
      if (found.kind === 'export' && found.structure.kind !== 'lines') return found
    }
    at = head.indexOf(0x0a, at + 1)
  }
  return null
}

function exported(format: RecordFormat, shape: SourceShape, kind: 'json' | 'lines'): Recognised {
  return { kind: 'export', shape, structure: { kind }, context: { format }, header: null }
}

function recogniseJson(head: Uint8Array, isWhole: boolean, first: number): Recognised {
  const lines = first === 0x7b ? recordLines(head, isWhole) : null
  if (lines !== null) return lines
  const splitter = new JsonSplitter(LIMITS)
  const out = splitter.push(head)
  const cut = splitter.unfinished
  out.push(...splitter.end())
  let known: ObjectShape | null = null
  let looked = 0
  for (const part of out) {
    if (part.kind !== 'records') continue
    for (let i = 0; i < part.ranges.length && looked < MAX_LOOKED_AT; i += 2) {
      looked += 1
      const shape = shapeAt(part.bytes, part.ranges[i] ?? 0, part.ranges[i + 1] ?? 0)
      if (shape?.kind === 'record') {
        return exported(shape.format, shapeName(shape.format, splitter), 'json')
      }
      known ??= shape
    }
  }
  if (cut !== null && looked < MAX_LOOKED_AT) {
    const shape = shapeAt(cut, 0, cut.length)
    if (shape?.kind === 'record') {
      return exported(shape.format, shapeName(shape.format, splitter), 'json')
    }
    known ??= shape
  }
  if (known?.kind === 'nested') return recogniseNested(head, isWhole, known.nest)
  if (known === null) {
    const nest = recordPath(head, startOfJson(head))
    if (nest !== null) return recogniseNested(head, isWhole, nest)
    if (cut !== null && !isWhole) return { kind: 'undecided' }
  }
  if (known?.kind === 'reference') return known
  if (known?.kind === 'no-export') return refuse(`this is ${known.what}; it is no export`)
  if (isWhole && looked === 0 && splitter.isUnfinished) {
    return {
      kind: 'refused',
      code: 'FILE_TRUNCATED',
      message: 'this JSON file ends before a record in it can be recognised: fetch it again',
    }
  }
  if (looked === 0 && cut === null && (splitter.sawList || splitter.sawPage)) {
    const hasGarbage = out.some((part) => part.kind === 'problem')
    if (!hasGarbage && isWhole) {
      return splitter.sawPage
        ? exported('ai-interaction', 'graph-page', 'json')
        : exported('audit', 'management-blob', 'json')
    }
    if (!isWhole) return { kind: 'undecided' }
  }
  return refuse(`this is JSON, but no export that Daybook knows; ${HINT}`)
}

/** What lies inside decides, where pages of other interfaces look alike. */
function recogniseNested(head: Uint8Array, isWhole: boolean, nest: Nest): Recognised {
  const splitter = new NestedSplitter(LIMITS, nest)
  const parts = splitter.push(head)
  const cut = splitter.unfinished
  parts.push(...splitter.end())
  if (nest === 'tables') return recogniseTables(parts, splitter.sawRows || isWhole)
  const found = recognisePages(parts, cut, isWhole, nest)
  if (found.kind !== 'refused') return found
  // The records may lie behind another key than the one that the page was taken for.
  const other = recordPath(head, startOfJson(head))
  const isOther = other !== null && String(other) !== String(nest)
  return isOther ? recogniseNested(head, isWhole, other) : found
}

function startOfJson(head: Uint8Array): number {
  const start = head.findIndex((byte) => byte === 0x7b || byte === 0x5b || byte === 0x22)
  return Math.max(0, start)
}

function recognisePages(
  parts: readonly Part[],
  cut: Uint8Array | null,
  isWhole: boolean,
  nest: readonly string[],
): Recognised {
  const [first] = parts.flatMap((part) =>
    part.kind === 'records' ? [part.bytes.subarray(part.ranges[0], part.ranges[1])] : [],
  )
  const seen = first ?? cut
  if (seen === null && !isWhole) return { kind: 'undecided' }
  const shape = seen === null ? null : shapeAt(seen, 0, seen.length)
  if (seen !== null && shape?.kind !== 'record') {
    if (first === undefined && !isWhole) return { kind: 'undecided' }
    return refuse(`this is a list of records that Daybook does not know; ${HINT}`)
  }
  const isText = parts.some((part) => part.kind === 'problem' && part.code !== 'FILE_TRUNCATED')
  if (seen === null && isText) {
    return refuse(`this is a page whose records Daybook cannot read; ${HINT}`)
  }
  const format = shape?.kind === 'record' ? shape.format : 'explorer'
  return {
    kind: 'export',
    shape: PAGE_SHAPES[format] ?? JSON_SHAPES[format] ?? 'audit-records',
    structure: { kind: 'nested', nest },
    context: { format },
    header: null,
  }
}

const PAGE_SHAPES: Readonly<Partial<Record<RecordFormat, SourceShape>>> = {
  explorer: 'explorer-pages',
  'ai-interaction': 'graph-page',
}

/** The columns of a first answer stand before its rows; where they do not, its rows are kept without. */
function recogniseTables(parts: readonly Part[], isSeen: boolean): Recognised {
  const headers = parts.flatMap((part) => (part.kind === 'columns' ? [part.text] : []))
  const header = headers[0] ?? null
  if (header === null && !isSeen) return { kind: 'undecided' }
  const hasRows = parts.some((part) => part.kind === 'records')
  if (hasRows && header !== null && headers.every((each) => !isKnownTable(each))) {
    return refuse(`this is the answer of a query without a column that Daybook knows; ${HINT}`)
  }
  return {
    kind: 'export',
    shape: 'telemetry-tables',
    structure: { kind: 'nested', nest: 'tables' },
    context: tableContext(header),
    header,
  }
}

/** Names of the shapes whose files hold one JSON object a record, in whatever list. */
const JSON_SHAPES: Readonly<Partial<Record<RecordFormat, SourceShape>>> = {
  'audit-row': 'audit-rows',
  'pax-row': 'pax-rows',
  explorer: 'explorer-records',
  telemetry: 'telemetry-rows',
  transcript: 'transcripts',
}

function shapeName(format: RecordFormat, splitter: JsonSplitter): SourceShape {
  if (format === 'ai-interaction') return splitter.sawPage ? 'graph-page' : 'ai-interactions'
  return (
    JSON_SHAPES[format] ??
    (splitter.sawList && !splitter.sawPage ? 'management-blob' : 'audit-records')
  )
}

/** NDJSON: most of its whole lines are objects, and one of them is a record. */
function recordLines(head: Uint8Array, isWhole: boolean): Recognised | null {
  let objects = 0
  let others = 0
  let format: RecordFormat | null = null
  for (let start = 0; start < head.length;) {
    const newline = head.indexOf(0x0a, start)
    if (newline < 0 && !isWhole) break
    let end = newline < 0 ? head.length : newline
    const next = end + 1
    while (start < end && (head[start] ?? 0) <= 0x20) start += 1
    while (end > start && ((head[end - 1] ?? 0) <= 0x20 || head[end - 1] === 0x2c)) end -= 1
    if (start < end) {
      const isObject = head[start] === 0x7b && head[end - 1] === 0x7d && end - start > 2
      if (isObject) objects += 1
      else others += 1
      if (isObject && format === null && objects <= MAX_LOOKED_AT) {
        const shape = shapeAt(head, start, end)
        if (shape?.kind === 'record') format = shape.format
      }
    }
    start = next
  }
  // A file of one single line may be cut or hold several objects: the other splitter reads it as well.
  if (format === null || objects <= others || objects + others < 2) return null
  const shape = JSON_SHAPES[format] ?? (format === 'audit' ? 'audit-records' : 'ai-interactions')
  return exported(format, shape, 'lines')
}
