// docs/spec/export-format.md section 6: the same codes as `daybook verify --export`.

/** Every finding, and what it means to somebody who has never heard of this program. */
export const MEANINGS = {
  ZIP_INVALID: 'The ZIP file is damaged, or is not made as an export is',
  MANIFEST_MISSING: 'The list of contents, manifest.json, is missing',
  MANIFEST_INVALID: 'The list of contents, manifest.json, cannot be understood',
  MANIFEST_UNPROVEN: 'Nothing proves that the list of contents is the one that was written',
  MANIFEST_PROOF_INVALID: 'The proof of the list of contents is not genuine',
  MANIFEST_CHANGED: 'The list of contents, manifest.json, was changed after the export',
  FILE_MISSING: 'A file of the export is missing',
  FILE_CHANGED: 'A file was changed after the export',
  FILE_EXTRA: 'A file lies in the package that does not belong to the export',
  KEY_DIFFERS: 'The export is not signed with the key that you gave',
  KEY_INVALID: 'A public key in the export is not a key of that archive',
  CHECKPOINT_INVALID: 'The signature of the archive is not genuine',
  PROOF_MALFORMED: 'A proof cannot be understood, or belongs to another state of the archive',
  PROOF_NOT_IN_LOG: 'A proof does not lead to the signed state of the archive',
  PROOF_REPEATED: 'A record is proven twice',
  RECORD_MISSING: 'A record is missing',
  RECORD_DIFFERS: 'A record is not the one that was archived',
  RECORD_UNPROVEN: 'A record comes without a proof',
  COUNT_DIFFERS: 'The number of records is not the one that the export states',
  UNREADABLE: 'A file cannot be read',
} as const

export type FindingCode = keyof typeof MEANINGS

/** One thing that is not as it was exported. */
export interface Finding {
  readonly code: FindingCode
  /** The file of the package that it is about. Hostile text. */
  readonly file?: string
  readonly tenant?: string
  readonly sequence?: number
  /** One sentence for a person. May quote hostile text. */
  readonly message: string
}

const KEPT = 1000

/** What was found. Keeps the first thousand, and counts all. */
export class Findings {
  readonly kept: Finding[] = []
  readonly counts = new Map<FindingCode, number>()
  total = 0

  add(code: FindingCode, message: string, about: Omit<Finding, 'code' | 'message'> = {}): void {
    this.total += 1
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1)
    if (this.kept.length < KEPT) this.kept.push({ code, message, ...about })
  }

  has(...codes: readonly FindingCode[]): boolean {
    return codes.some((code) => this.counts.has(code))
  }
}
