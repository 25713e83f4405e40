import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isMap, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { CodedError } from '../errors.ts'
import { configurationSchema, type Configuration } from './schema.ts'

const MAX_ERRORS = 8

/**
 * Reads the configuration. Errors name file, line and column of every fault, and never repeat a value.
 * @throws CodedError CONFIGURATION_MISSING, CONFIGURATION_INVALID
 */
export function readConfiguration(path: string): Configuration {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new CodedError(
      'CONFIGURATION_MISSING',
      `${why === 'ENOENT' ? `There is no configuration ${path}` : `Cannot read the configuration ${path} (${why})`}: write one as the guide "Collect from a tenant" shows, or name another with --config`,
      { cause: error },
    )
  }
  return parseConfiguration(text, path)
}

export function parseConfiguration(text: string, path: string): Configuration {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  const faults = document.errors.map(({ pos, code }) => ({
    offset: pos[0],
    what: `is no YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
  }))
  let read: Configuration | null = null
  if (faults.length === 0) {
    const result = configurationSchema.safeParse(document.toJS({ maxAliasCount: 20 }))
    if (result.success) read = result.data
    else {
      for (const issue of result.error.issues.flatMap(innermost)) {
        faults.push({ offset: offsetOf(document, issue), what: sentenceOf(issue) })
      }
    }
  }
  if (read !== null) return resolved(read, dirname(path))
  const told = faults.slice(0, MAX_ERRORS).map(({ offset, what }) => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}: ${what}`
  })
  const more = faults.length - told.length
  throw new CodedError(
    'CONFIGURATION_INVALID',
    ['Cannot use the configuration:', ...told, ...(more > 0 ? [`and ${more} more`] : [])].join(
      '\n  ',
    ),
  )
}

/** Files are named from where the configuration lies. */
function resolved<Value>(value: Value, folder: string): Value {
  if (typeof value !== 'object' || value === null) return value
  const entries = Array.isArray(value)
    ? value.map((each: unknown) => resolved(each, folder))
    : Object.fromEntries(
        Object.entries(value).map(([key, each]: [string, unknown]) => [
          key,
          key === 'file' && typeof each === 'string'
            ? resolve(folder, each)
            : resolved(each, folder),
        ]),
      )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same shape, with other texts
  return entries as Value
}

type Issue = z.core.$ZodIssue

/** Of alternatives, what is wrong with the one that was meant: an object where options may stand. */
function innermost(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.filter((each) => each.every(({ path }) => path.length > 0))
  const [first] = meant
  if (first === undefined || meant.length > 1) return [issue]
  return first.flatMap((each) => innermost({ ...each, path: [...issue.path, ...each.path] }))
}

function sentenceOf(issue: Issue): string {
  const name = issue.path.map(String).join('.')
  const at = name === '' ? '' : `"${name}" `
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => `"${key}"`).join(', ')
    return `${at === '' ? 'the file' : name} has no setting ${keys}`
  }
  if (issue.code === 'invalid_type') {
    const isMissing = issue.message.includes('undefined') || issue.input === undefined
    return `${at}${isMissing ? `is missing, or not what it should be (${issue.expected})` : `takes ${issue.expected}`}`
  }
  if (issue.code === 'invalid_value')
    return `${at}takes one of ${issue.values.map(String).join(', ')}`
  return `${at}${issue.message === 'Invalid input' ? 'is not what it should be' : issue.message}`
}

/** Where in the text the fault is: the setting itself, else the nearest one around it. */
function offsetOf(document: Document, issue: Issue): number {
  const path = [...issue.path]
  if (issue.code === 'unrecognized_keys' && issue.keys[0] !== undefined) path.push(issue.keys[0])
  for (; path.length > 0; path.pop()) {
    const offset = keyOffset(document, path)
    if (offset !== null) return offset
  }
  return 0
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | null {
  const parent: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (isMap(parent)) {
    for (const { key } of parent.items) {
      if (isNamed(key, String(last))) return key.range?.[0] ?? null
    }
  }
  if (isSeq(parent) && typeof last === 'number') {
    const item: unknown = parent.items[last]
    if (typeof item === 'object' && item !== null && 'range' in item && Array.isArray(item.range))
      return Number(item.range[0])
  }
  return null
}

function isNamed(
  key: unknown,
  name: string,
): key is { readonly value: unknown; readonly range?: readonly [number, number, number] | null } {
  return typeof key === 'object' && key !== null && 'value' in key && String(key.value) === name
}
