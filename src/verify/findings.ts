/** Every fault that `verify` can report: the code is stable, the texts become docs/reference/findings.md. */
export const FINDINGS = {
  KEY_MISSING: {
    meaning: 'The verifier key `log/vkey` is missing, and none was given.',
    action: 'Give the key with `--public-key`; it was handed out when the archive was made.',
  },
  KEY_INVALID: {
    meaning: 'The verifier key is malformed or its id does not belong to it.',
    action: 'Give the right key with `--public-key`, and restore `log/vkey` from a copy.',
  },
  KEY_DIFFERS: {
    meaning: 'The verifier key in the archive is not the one that was given.',
    action:
      'Believe the key that you were handed. Whoever can write to the archive can replace the one in it.',
  },
  CHECKPOINT_MISSING: {
    meaning: 'The signed checkpoint `log/checkpoint` is missing.',
    action: 'Restore it from a copy. Without it nothing vouches for the log.',
  },
  CHECKPOINT_INVALID: {
    meaning: 'The checkpoint is malformed, belongs to another log, or its signature does not fit.',
    action: 'It was changed or signed by another key: restore it from a copy and compare.',
  },
  CHECKPOINT_ROOT: {
    meaning: 'The checkpoint is signed, but its root is not that of the entries in the log.',
    action: 'Two histories of this log exist. Keep both and find out who signed.',
  },
  CHECKPOINT_BEHIND: {
    meaning:
      'The log holds entries that its checkpoint does not cover: an older checkpoint was put back, or a writer was stopped in the middle of writing.',
    action:
      'If a writer was just stopped, start it once and verify again. Else compare with a remembered checkpoint (`--since`).',
  },
  CHECKPOINT_AHEAD: {
    meaning:
      'The checkpoint covers entries that the log does not hold: they were removed, or the checkpoint comes from a later copy.',
    action: 'Restore the whole `log` folder from the latest copy.',
  },
  SINCE_INVALID: {
    meaning:
      'The remembered checkpoint given with `--since` is not signed by the key of this log, or belongs to none of the logs.',
    action: 'Check that the file is the checkpoint you kept and not another one.',
  },
  SINCE_AHEAD: {
    meaning: 'The log is shorter than the remembered checkpoint says: it was rolled back.',
    action: 'Entries that existed are gone. Restore the archive from a later copy.',
  },
  SINCE_CONTRADICTED: {
    meaning: 'The log does not extend the remembered checkpoint: its history was rewritten.',
    action: 'Keep both as evidence: one key has signed two histories.',
  },
  BUNDLE_MISSING: {
    meaning: 'A file with entries of the log is missing.',
    action: 'Restore it from a copy.',
  },
  BUNDLE_CHANGED: {
    meaning:
      'A file with entries of the log was changed: its entries do not lead to the signed root.',
    action: 'Restore it from a copy.',
  },
  TILE_MISSING: {
    meaning: 'A tile (hashes of the log) is missing.',
    action:
      'Restore it from a copy. It can be derived again from the entries; no evidence is lost.',
  },
  TILE_CHANGED: {
    meaning: 'A tile does not hold the hashes that follow from the entries.',
    action:
      'Restore it from a copy. It can be derived again from the entries; no evidence is lost.',
  },
  ENTRY_INVALID: {
    meaning: 'A signed entry of the log is not in the form that the format prescribes.',
    action:
      'It was written so: report it, with the version of the software that wrote it (`writerStart`).',
  },
  SEQUENCE_GAP: {
    meaning: 'A segment does not begin where the one before it ended.',
    action: 'It was written so: report it. Compare the numbers in the message with the sources.',
  },
  SEGMENT_MISSING: {
    meaning: 'A segment that the log lists is missing, and no entry says that it was disposed of.',
    action: 'Restore the file from a copy.',
  },
  SEGMENT_CHANGED: {
    meaning:
      'A segment is not the file that was sealed: its size or its SHA-256 differs. The message says what in it is affected.',
    action: 'Restore the file from a copy; the other segments are not affected.',
  },
  SEGMENT_SWAPPED: {
    meaning: 'A segment file holds another segment.',
    action: 'Put the files back under their own names, or restore them from a copy.',
  },
  SEGMENT_INVALID: {
    meaning: 'A segment is the file that was sealed, but does not hold what its manifest says.',
    action: 'It was written so: report it, with the version of the software that wrote it.',
  },
  SEGMENT_UNLOGGED: {
    meaning:
      'A sealed segment is not in the log yet: a writer was stopped between sealing and logging, or the file was put there.',
    action: 'If a writer was just stopped, start it once and verify again. Else remove the file.',
  },
  OPEN_DAMAGED: {
    meaning: 'Recorded bytes of the segment that is still being written were changed.',
    action: 'Restore the file from a copy. The message says from which byte on.',
  },
  OPEN_MISPLACED: {
    meaning: 'An open segment does not continue the sealed ones, or two are open at once.',
    action: 'A sealed segment may be missing from the log, or the file comes from another copy.',
  },
  DISPOSITION_INVALID: {
    meaning:
      'A disposition names a segment that does not exist, or another file than the one it replaces.',
    action: 'It was written so: report it.',
  },
  TEMPORARY_FILE: {
    meaning: 'An interrupted write left a temporary file.',
    action: 'Start the program that writes once: it removes the file.',
  },
  STRAY_FILE: {
    meaning: 'A file or folder that does not belong to an archive lies in it.',
    action: 'Find out who put it there, and move it away.',
  },
  UNREADABLE: {
    meaning: 'A file could not be read: the disk or the permissions refuse it.',
    action: 'Mend what the message names, then verify again.',
  },
} as const satisfies Readonly<Record<string, { meaning: string; action: string }>>

export type FindingCode = keyof typeof FINDINGS

/** A fault found by `verify`. */
export interface Finding {
  /** Path of the file, relative to the verified folder; `#n` behind it names a log entry. */
  readonly object: string
  readonly finding: FindingCode
  readonly message: string
}

export type Reporter = (object: string, finding: FindingCode, message: string) => void
