// The $filter of getAllEnterpriseInteractions: strict bounds on createdDateTime, and classes of applications.
import { GraphRefusal } from './wire.ts'

export interface HistoryFilter {
  /** Milliseconds; both bounds are strict. */
  readonly after: number
  readonly before: number
  /** Lower case; null: all. */
  readonly classes: ReadonlySet<string> | null
}

export const EVERYTHING: HistoryFilter = { after: -Infinity, before: Infinity, classes: null }

// Conditions joined by `and`; in parentheses, or alone, classes joined by `or`.
const DATE = /^createddatetime\s+(gt|lt)\s+(\S+)$/i
const CLASS = /^appclass\s+eq\s+'([^']*)'$/i

/** Throws the refusal that Graph answers to anything else. */
export function parseHistoryFilter(text: string): HistoryFilter {
  let { after, before } = EVERYTHING
  const named: ReadonlySet<string>[] = []
  for (const part of text.slice(0, 4096).split(/\s+and\s+/i)) {
    const condition = part.trim()
    const date = DATE.exec(condition)
    if (date === null) {
      named.push(classesOf(condition))
      continue
    }
    const ms = Date.parse(date[2] ?? '')
    if (Number.isNaN(ms)) throw refused(condition)
    if (date[1]?.toLowerCase() === 'gt') after = Math.max(after, ms)
    else before = Math.min(before, ms)
  }
  const [first, ...others] = named
  if (first === undefined) return { after, before, classes: null }
  const inAll = [...first].filter((one) => others.every((other) => other.has(one)))
  return { after, before, classes: new Set(inAll) }
}

function classesOf(condition: string): Set<string> {
  const bare = /^\((.*)\)$/.exec(condition)?.[1] ?? condition
  const names = bare.split(/\s+or\s+/i).map((part) => CLASS.exec(part.trim())?.[1]?.toLowerCase())
  return new Set(
    names.map((name) => {
      if (name === undefined) throw refused(condition)
      return name
    }),
  )
}

function refused(condition: string): GraphRefusal {
  return new GraphRefusal(
    400,
    'BadRequest',
    `Invalid filter clause: '${condition.slice(0, 80)}' is not supported.`,
  )
}
