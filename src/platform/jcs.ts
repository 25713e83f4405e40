import { CodedError } from './errors.ts'

/** The canonical JSON text of a value (RFC 8785). Throws BAD_JSON for what JSON cannot hold; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

const MAX_DEPTH = 200

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw refuse(`nested more than ${MAX_DEPTH} levels deep`)
  switch (typeof value) {
    case 'string':
      // RFC 8785 §3.2.2.2: a lone surrogate has no UTF-8 form.
      if (!isWellFormed(value)) throw refuse('a string with a lone surrogate')
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw refuse(`the number ${value}`)
      return JSON.stringify(value)
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value)
        ? `[${value.map((one) => write(one, depth + 1)).join(',')}]`
        : writeObject(value, depth)
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
    default:
      throw refuse(`a value of type ${typeof value}`)
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether a string has a UTF-8 form: it holds no half of a surrogate pair alone. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

function writeObject(value: object, depth: number): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // RFC 8785 §3.2.3: by UTF-16 code units, which is how JavaScript compares strings.
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${write(key, depth)}:${write(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

function refuse(what: string): CodedError<'BAD_JSON'> {
  return new CodedError('BAD_JSON', `Cannot write canonical JSON: it cannot hold ${what}`)
}
