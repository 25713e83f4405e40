import { wordsOf } from '../text.ts'
import type { Comparison, Value } from './ast.ts'
import { namedDates, spanOf } from './dates.ts'
import type { Property } from './property.ts'
import { unreachable } from './unreachable.ts'

/** A value in its canonical form: blanks at its ends and the stars behind it are no part of it. */
export function valueOf(typed: string): Value {
  const text = typed.trim()
  if (text === '*') return { text: '', prefix: false, any: true }
  const bare = withoutStars(text)
  const prefix = bare.length < text.length && bare.trimEnd() === bare && bare !== ''
  return { text: bare.trimEnd(), prefix, any: false }
}

function withoutStars(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '*') end -= 1
  return text.slice(0, end)
}

export const NO_WORDS = 'there is no letter or digit to search for here'

/** A phrase becomes one regular expression, and the engine's have a limit. */
const MAX_PHRASE = 1_000

/** Why text cannot be searched for; undefined when it can. */
export function textFaultOf(value: Value): string | undefined {
  if (value.text.length > MAX_PHRASE)
    return `this is too long: a phrase may have ${MAX_PHRASE} characters`
  return value.any || wordsOf(value.text).length > 0 ? undefined : NO_WORDS
}

/** Why a property cannot have this value; undefined when it can. */
export function faultOf(property: Property, value: Value, now: Date): string | undefined {
  switch (property.type) {
    case 'text':
      return textFaultOf(value)
    case 'name':
    case 'exact':
      if (value.text.length > MAX_PHRASE) return 'this value is too long'
      if (value.text !== '') return undefined
      return `this value is empty; for items without it write NOT ${property.name}:*`
    case 'flag':
      if (/^(?:true|false|unknown|yes|no|1|0)$/i.test(value.text) && !value.prefix) return undefined
      return `${property.name} is true, false or unknown`
    case 'number':
      if (/^-?\d{1,9}(?:\.\d{1,6})?$/.test(value.text) && !value.prefix) return undefined
      return `${property.name} takes a number`
    case 'time': {
      const known = spanOf(value.text) !== undefined || namedDates(value.text, now) !== undefined
      if (known && !value.prefix) return undefined
      return `${property.name} takes a day such as 2026-01-31 or an instant such as 2026-01-31T09:00:00Z`
    }
    default:
      return unreachable(property)
  }
}

/** Why a property cannot be compared so with so many values; undefined when it can. */
export function misuseOf(
  property: Property,
  comparison: Comparison,
  values: number,
): string | undefined {
  if (comparison === ':' || comparison === '=' || comparison === '<>') return undefined
  if (property.type !== 'time' && property.type !== 'number')
    return `${property.name} has no order: use ":" or "<>" instead of "${comparison}"`
  return values > 1 ? `"${comparison}" takes one value` : undefined
}
