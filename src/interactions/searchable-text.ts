import { isFields } from './fields.ts'
import type { Fields } from './fields.ts'

const MAX_CHARACTERS = 65_536
const MAX_DEPTH = 32
const MAX_VALUES = 10_000

/** Every text value of what we have no model of, so that it can be found; at most 64 k characters. */
export function searchableText(fields: Fields | readonly unknown[]): string {
  const found: Found = { words: [], left: MAX_CHARACTERS, values: MAX_VALUES }
  collect(fields, found, 0)
  return found.words.join(' ')
}

interface Found {
  readonly words: string[]
  left: number
  values: number
}

function collect(value: unknown, into: Found, depth: number): void {
  const found = into
  if (found.left <= 0 || found.values-- <= 0 || depth > MAX_DEPTH) return
  if (typeof value === 'string') {
    const cut = value.length > found.left ? value.slice(0, found.left) : value
    if (cut.length > 0) found.words.push(cut)
    found.left -= cut.length + 1
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length && found.values > 0; i++) collect(value[i], found, depth + 1)
  } else if (isFields(value)) {
    for (const key in value) {
      if (found.values <= 0) return
      // @odata type names are noise of the transport; PromptText is a message of its own.
      if (!key.includes('@odata') && key !== 'PromptText') collect(value[key], found, depth + 1)
    }
  }
}

/** The start of a text that could not be read as a record, for the same purpose. */
export function searchableStart(raw: string): string {
  return raw.length > MAX_CHARACTERS ? raw.slice(0, MAX_CHARACTERS) : raw
}
