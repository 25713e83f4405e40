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

/** What each exit code says, for the page and for people. */
export const EXIT_MEANINGS: Readonly<Record<(typeof EXIT)[keyof typeof EXIT], string>> = {
  0: 'Done.',
  1: 'It could not be done; one line on standard error says why and what to do.',
  2: 'Wrong usage: an option, a path or a query that cannot be read. Nothing was changed.',
  3: 'Partly done: something could not be read. What could be is archived; the answer lists the rest.',
  4: 'Tampered or incomplete: the archive or a proof is not what was sealed.',
  7: 'Nothing has this id; or, with `--fail-empty`, nothing matched.',
  130: 'Stopped by Ctrl+C. What was recorded is kept; the same command goes on. (143: stopped twice by SIGTERM.)',
}

const BY_CODE: Readonly<Record<string, number>> = {
  USAGE: EXIT.USAGE,
  GENERATE_OPTION_INVALID: EXIT.USAGE,
  TENANT_OPTION_INVALID: EXIT.USAGE,
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
