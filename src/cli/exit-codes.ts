/** Exit codes of every command (docs/reference/exit-codes.md). They never change their meaning. */
export const EXIT = {
  OK: 0,
  FAILURE: 1,
  USAGE: 2,
  PARTIAL: 3,
  INTEGRITY: 4,
  NOT_FOUND: 7,
  INTERRUPTED: 130,
} as const

const BY_CODE: Readonly<Record<string, number>> = {
  USAGE: EXIT.USAGE,
  NOT_FOUND: EXIT.NOT_FOUND,
  INTERRUPTED: EXIT.INTERRUPTED,
  ARCHIVE_INTEGRITY: EXIT.INTEGRITY,
}

/** The exit code that a coded error ends a command with. */
export function exitCodeOf(code: string): number {
  const known = BY_CODE[code]
  if (known !== undefined) return known
  return code.startsWith('QUERY_') || code.startsWith('USAGE_') ? EXIT.USAGE : EXIT.FAILURE
}
