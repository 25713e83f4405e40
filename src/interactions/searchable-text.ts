import type { Fields } from './fields.ts'

const MAX_CHARACTERS = 65_536
const MAX_DEPTH = 32
const MAX_VALUES = 10_000

/** Every text value of a record of a kind that we have no model of, so that it can be found; at most 64 k characters. */
export function searchableText(fields: Fields): string {
  const words: string[] = []
  let left = MAX_CHARACTERS
  let values = MAX_VALUES
  const stack: { value: unknown; depth: number }[] = [{ value: fields, depth: 0 }]
  while (stack.length > 0 && left > 0 && values-- > 0) {
    const { value, depth } = stack.pop() ?? { value: null, depth: 0 }
    if (typeof value === 'string') {
      const cut = value.length > left ? value.slice(0, left) : value
      words.push(cut)
      left -= cut.length + 1
    } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
      const keys = Object.keys(value)
      // Backwards, since the last pushed is read first: the text keeps the order of the record.
      for (let i = Math.min(keys.length, MAX_VALUES) - 1; i >= 0; i--) {
        const key = keys[i] ?? ''
        // @odata type names are noise of the transport; PromptText is a message of its own.
        if (key.includes('@odata') || key === 'PromptText') continue
        stack.push({ value: (value as Fields)[key], depth: depth + 1 }) // any object has string keys
      }
    }
  }
  return words.join(' ')
}

/** The start of a text that could not be read as a record, for the same purpose. */
export function searchableStart(raw: string): string {
  return raw.length > MAX_CHARACTERS ? raw.slice(0, MAX_CHARACTERS) : raw
}
