/** Every fault that `verify --export` can report (docs/spec/export-format.md section 6): code, meaning, what to do. */
export const EXPORT_FINDINGS = {
  ZIP_INVALID: {
    meaning: 'The ZIP file is damaged, encrypted, or its content is not what its directory says.',
    action: 'Ask for the file again; it was damaged or changed on its way.',
  },
  MANIFEST_MISSING: {
    meaning: 'There is no `manifest.json`: this is no export, or a part of one.',
    action: 'Name the folder or ZIP that holds manifest.json.',
  },
  MANIFEST_INVALID: {
    meaning: '`manifest.json` is not in the form of version 1 of the format.',
    action: 'Ask for the export again, or take a newer verifier.',
  },
  MANIFEST_UNPROVEN: {
    meaning: 'Nothing shows that the manifest is the one that was written.',
    action: 'Ask for manifest-proofs.jsonl of this export.',
  },
  MANIFEST_PROOF_INVALID: {
    meaning: 'The proof of the manifest is malformed, or not signed by the key of the archive.',
    action: 'Believe nothing that the manifest says; ask for the export again.',
  },
  MANIFEST_CHANGED: {
    meaning: 'The manifest is not the one whose hash was written into the log.',
    action: 'It was changed after the export; ask for the export again.',
  },
  FILE_MISSING: {
    meaning: 'A file that the manifest lists is not there.',
    action: 'Ask for the file again.',
  },
  FILE_CHANGED: {
    meaning: 'A file is not the one that was exported: its size or its SHA-256 differs.',
    action: 'Ask for the file again; the others are not affected.',
  },
  FILE_EXTRA: {
    meaning: 'A file lies in the package that the manifest does not list.',
    action: 'It is not part of the export; find out who put it there.',
  },
  KEY_DIFFERS: {
    meaning: 'The key in the manifest is not the one that was given.',
    action: 'Believe the key that you got by another way.',
  },
  KEY_INVALID: {
    meaning: 'A key in the manifest is malformed or belongs to another archive.',
    action: 'Give the right key with `--public-key`.',
  },
  CHECKPOINT_INVALID: {
    meaning: 'A checkpoint in the manifest is not signed by the key of its archive.',
    action: 'Nothing vouches for the records of this archive; ask for the export again.',
  },
  PROOF_MALFORMED: {
    meaning: 'A line of `proofs.jsonl` is not in the form of the format, or leads elsewhere.',
    action: 'Ask for the export again.',
  },
  PROOF_NOT_IN_LOG: {
    meaning: 'A proof does not lead to the signed checkpoint.',
    action: 'The record it is for is not proven; ask for the export again.',
  },
  PROOF_REPEATED: {
    meaning: 'Two proofs are for the same record or name the same place.',
    action: 'Another record may be hidden that way; ask for the export again.',
  },
  RECORD_MISSING: {
    meaning: 'A proof names a place at which there is no record.',
    action: 'A record was taken out; ask for the export again.',
  },
  RECORD_DIFFERS: {
    meaning: 'A record is not the one that was archived.',
    action: 'It was changed; compare it with the archive (`daybook show`).',
  },
  RECORD_UNPROVEN: {
    meaning: 'A text stands among the records for which there is no proof.',
    action: 'It was put there, or its proof was taken out; believe only what is proven.',
  },
  COUNT_DIFFERS: {
    meaning: 'There are more or fewer records, lines or proofs than the manifest says.',
    action: 'Ask for the export again.',
  },
  UNREADABLE: {
    meaning: 'A file could not be read: the disk or the permissions refuse it.',
    action: 'Mend what the message names, then verify again.',
  },
} as const satisfies Readonly<Record<string, { meaning: string; action: string }>>

export type ExportFindingCode = keyof typeof EXPORT_FINDINGS

export interface ExportFinding {
  /** Path in the package; `#n` behind it names a line. */
  readonly object: string
  readonly finding: ExportFindingCode
  readonly message: string
}

const KEPT = 1_000

/** Collects findings; of very many the first are kept and all are counted. */
export class ExportFindings {
  readonly list: ExportFinding[] = []
  total = 0

  add(object: string, finding: ExportFindingCode, message: string): void {
    this.total += 1
    if (this.list.length < KEPT) this.list.push({ object, finding, message })
  }
}
