import { CodedError } from '../../platform/errors.ts'

const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 15 * 60_000

/** What is no fault of one unit: the feed as a whole cannot be fetched from. */
export const CODES_OF_THE_FEED: ReadonlySet<string> = new Set([
  'HOST_NOT_TRUSTED',
  'TOKEN_REFUSED',
  'PERMISSION_MISSING',
  'SERVICE_UNREACHABLE',
  'PROXY_FAILED',
  'CERTIFICATE_UNTRUSTED',
  'CIRCUIT_OPEN',
])

/** The stable code of a failure; `FAULT` for what is a fault of Daybook. */
export const codeOf = (error: unknown): string =>
  error instanceof CodedError ? String(error.code) : 'FAULT'

export const concernsFeed = (error: unknown): boolean => CODES_OF_THE_FEED.has(codeOf(error))

/** What an operator is told: coded errors say cause and fix, and never text of a record. */
export const sentenceOf = (error: unknown): string =>
  error instanceof CodedError ? error.message : 'A fault of Daybook, please report it'

/** How long to wait after that many failures in a row: doubling, and never in step with others. */
export function pauseMs(failures: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1))
  return full * (0.5 + Math.random() / 2)
}
