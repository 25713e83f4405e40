import { InputError } from './input-error.ts'

// What Daybook itself hands over (docs/spec/export-format.md, section 1): only some of its files hold records.

const MARKS = ['manifest.json', 'manifest-proofs.jsonl', 'data-dictionary.md'] as const
const RECORDS = /^(?:records\.jsonl|rows-\d+\.csv|audit\.csv|records\/.*|records)$/

/** True for the folder or ZIP of an export that Daybook made, by the names in it. */
export function isOwnPackage(names: ReadonlySet<string>): boolean {
  return MARKS.every((name) => names.has(name))
}

/** The names in such a package that records can be read from; the rest tells of them. Throws NOT_AN_EXPORT for none. */
export function recordNames(names: Iterable<string>): ReadonlySet<string> {
  const found = new Set([...names].filter((name) => RECORDS.test(name)))
  if (found.size > 0) return found
  throw new InputError(
    'NOT_AN_EXPORT',
    'this export of Daybook holds items and no records: export with --raw or --proofs to take the records along',
  )
}
