/** Whether a value from JSON is an object with members: neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The JSON object that a text is; undefined for anything else, whatever it is. */
export function objectOf(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const MAX_DEPTH = 200

/** The canonical text of a value that came from JSON (RFC 8785); undefined for what has none. */
export function canonical(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined
  if (typeof value === 'string') return isWellFormed(value) ? JSON.stringify(value) : undefined
  if (!Array.isArray(value) && !isObject(value)) return JSON.stringify(value)
  const parts: (string | undefined)[] = Array.isArray(value)
    ? value.map((one) => canonical(one, depth + 1))
    : // By UTF-16 code units, which is how JavaScript sorts strings.
      Object.keys(value)
        .toSorted()
        .map((key) => member(canonical(key), canonical(value[key], depth + 1)))
  if (parts.includes(undefined)) return undefined
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}

function member(key: string | undefined, value: string | undefined): string | undefined {
  return key === undefined || value === undefined ? undefined : `${key}:${value}`
}

/** A lone surrogate has no UTF-8 form. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text)
