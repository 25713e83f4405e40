/** What became of one request of a batch. */
export interface Part {
  readonly id: string
  readonly status: number
  /** As its own headers ask for; null when they do not. */
  readonly retryAfterMs: number | null
  /** Its body as it came, to the character; '' when there is none. */
  readonly raw: string
}

/** The parts of an answer to a batch, in whatever order they came; what is no such answer has none. */
export function partsOf(text: string): readonly Part[] {
  try {
    JSON.parse(text)
  } catch {
    return []
  }
  const responses = membersOf(text, 0).get('responses')
  if (responses === undefined) return []
  return elementsOf(text, responses.from).map((part): Part => {
    const members = membersOf(text, part.from)
    const value = (name: string): unknown => {
      const found = members.get(name)
      return found === undefined ? null : JSON.parse(text.slice(found.from, found.to))
    }
    const body = members.get('body')
    const status = value('status')
    return {
      id: String(value('id')),
      status: typeof status === 'number' ? status : 0,
      retryAfterMs: retryAfterOf(value('headers')),
      raw: body === undefined ? '' : text.slice(body.from, body.to),
    }
  })
}

/** Seconds; names of headers have no case. Dates are not used in parts. */
function retryAfterOf(headers: unknown): number | null {
  if (typeof headers !== 'object' || headers === null) return null
  const said = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
  const seconds = Number(said)
  return said === undefined || said === '' || !(seconds >= 0) ? null : seconds * 1_000
}

/** Where a value lies in a text: half-open. */
interface Range {
  readonly from: number
  readonly to: number
}

// What follows reads a text that is known to be JSON.

function membersOf(text: string, start: number): ReadonlyMap<string, Range> {
  const members = new Map<string, Range>()
  let at = pastBlanks(text, start)
  if (text[at] !== '{') return members
  at = pastBlanks(text, at + 1)
  while (text[at] === '"') {
    const end = endOf(text, at)
    const key: unknown = JSON.parse(text.slice(at, end))
    const from = pastBlanks(text, pastBlanks(text, end) + 1)
    const to = endOf(text, from)
    members.set(String(key), { from, to })
    at = pastComma(text, to)
  }
  return members
}

function elementsOf(text: string, start: number): readonly Range[] {
  const elements: Range[] = []
  if (text[start] !== '[') return elements
  for (let at = pastBlanks(text, start + 1); at < text.length && text[at] !== ']';) {
    const to = endOf(text, at)
    elements.push({ from: at, to })
    at = pastComma(text, to)
  }
  return elements
}

function pastBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return at
}

function pastComma(text: string, from: number): number {
  const at = pastBlanks(text, from)
  return text[at] === ',' ? pastBlanks(text, at + 1) : at
}

/** Behind the value that begins there. */
function endOf(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const c = text[at]
    if (c === '"') at = closingQuote(text, at)
    else if (c === '{' || c === '[') depth += 1
    else if (c === '}' || c === ']') {
      // Behind a number or a word, which ends with what holds it.
      if (depth === 0) return at
      depth -= 1
    } else if (depth === 0 && (c === ',' || c === ' ' || c === '\n' || c === '\r' || c === '\t'))
      return at
    else continue
    if (depth === 0) return at + 1
  }
  return text.length
}

function closingQuote(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
