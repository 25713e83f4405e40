import type { Item } from '../../interactions/item.ts'
import { textsOf, type ItemTexts } from '../item-text.ts'
import { fold, PART, wordsOf, type Word } from '../text.ts'
import type { Query, Value } from './ast.ts'
import { flagOf, meanings } from './compile.ts'
import { spanOf } from './dates.ts'
import { propertyOf } from './property-names.ts'
import { lower, type Property } from './property.ts'
import { unreachable } from './unreachable.ts'

/**
 * The meaning of a query, item by item and without an engine: what `compile` is tested against, and what tells
 * whether one item in hand (a new one, say) is matched.
 */
export function matches(query: Query, item: Item): boolean {
  switch (query.type) {
    case 'all':
      return true
    case 'text':
      return textMatches('all', query.value, item)
    case 'not':
      return !matches(query.of, item)
    case 'and':
      return query.of.every((part) => matches(part, item))
    case 'or':
      return query.of.some((part) => matches(part, item))
    case 'range': {
      const property = propertyOf(query.property)
      return (
        property !== undefined &&
        ordered(property, '>=', query.from, item) &&
        ordered(property, '<=', query.to, item)
      )
    }
    case 'property': {
      const property = propertyOf(query.property)
      if (property === undefined) return false
      const sign = query.comparison === '<>' ? '=' : query.comparison
      const found = query.values.some((value) => propertyMatches(property, sign, value, item))
      return found !== (query.comparison === '<>')
    }
    default:
      return unreachable(query)
  }
}

type Sign = ':' | '=' | '<' | '<=' | '>' | '>='

function propertyMatches(property: Property, sign: Sign, value: Value, item: Item): boolean {
  switch (property.type) {
    case 'text':
      return textMatches(property.part, value, item)
    case 'flag': {
      const flag = property.of(item)
      if (value.any) return flag !== null
      return flagOf(value.text) === (flag === null ? -1 : Number(flag))
    }
    case 'time':
    case 'number':
      return ordered(property, sign, value, item)
    case 'name':
      return nameMatches(property, sign, value, item)
    case 'exact': {
      const values = property.of(item)
      if (value.any) return values.length > 0
      const names = meanings(property, value)
      return values.some((one) =>
        names.some((name) => (value.prefix ? lower(one).startsWith(name) : lower(one) === name)),
      )
    }
    default:
      return unreachable(property)
  }
}

function textMatches(part: 'prompt' | 'answer' | 'all', value: Value, item: Item): boolean {
  const texts = textsOf(item)
  if (value.any) return part === 'all' || texts[part] !== ''
  const parts = partsOf(texts, part).map((text) => wordsOf(text))
  return parts.some((words) => hasWords(words, wordsOf(value.text), value.prefix))
}

function partsOf(texts: ItemTexts, part: 'prompt' | 'answer' | 'all'): string[] {
  return (part === 'all' ? texts.plain : texts[part]).split(PART)
}

function nameMatches(
  property: Extract<Property, { type: 'name' }>,
  sign: Sign,
  value: Value,
  item: Item,
): boolean {
  const names = property.of(item)
  if (value.any) return names.length > 0
  const whole = fold(value.text)
  if (names.some((name) => (value.prefix ? name.startsWith(whole) : name === whole))) return true
  const words = wordsOf(value.text)
  if (sign === '=' || words.length === 0 || property.whole(value.text)) return false
  return property.names.of(item).some((name) => hasWords(wordsOf(name), words, value.prefix))
}

/** Whether the wanted words stand next to each other. Runs of scripts without spaces match inside of runs. */
function hasWords(words: readonly Word[], wanted: readonly Word[], prefix: boolean): boolean {
  return words.some((_, from) =>
    wanted.every((word, at) => {
      const found = words[from + at]
      if (found === undefined || found.run !== word.run) return false
      const first = at === 0
      const last = at === wanted.length - 1
      if (!word.run)
        return last && prefix ? found.text.startsWith(word.text) : found.text === word.text
      if (first && last) return found.text.includes(word.text)
      if (first) return found.text.endsWith(word.text)
      return last ? found.text.startsWith(word.text) : found.text === word.text
    }),
  )
}

function ordered(property: Property, sign: Sign, value: Value, item: Item): boolean {
  if (property.type === 'number') {
    const number = property.of(item)
    if (number === null) return false
    const wanted = Number(value.text)
    return value.any || compared(number, sign, wanted, wanted)
  }
  if (property.type !== 'time') return false
  if (value.any) return true
  const span = spanOf(value.text)
  // Whole milliseconds, as the index keeps them.
  return span !== undefined && compared(Date.parse(property.of(item)), sign, span.from, span.to - 1)
}

/** `first` and `last`: the ends of what the value means, both included. */
function compared(value: number, sign: Sign, first: number, last: number): boolean {
  switch (sign) {
    case '<':
      return value < first
    case '<=':
      return value <= last
    case '>':
      return value > last
    case '>=':
      return value >= first
    case ':':
    case '=':
      return value >= first && value <= last
    default:
      return unreachable(sign)
  }
}
