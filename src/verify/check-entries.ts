import { isObject } from '../platform/json-object.ts'
import { hashFromBase64 } from '../archive/base64.ts'
import { sealedPath, streamOf } from '../archive/layout.ts'
import { isManifestKind, manifestOf, parseEntry } from '../archive/manifest.ts'
import type { LogEntry, Manifest, Stream } from '../archive/types.ts'
import type { CheckedLog } from './check-log.ts'
import type { Reporter } from './findings.ts'

/** What the log says must be on the disk. */
interface ListedSegment {
  readonly object: string
  readonly manifest: Manifest
  /** The file in force; undefined when the whole segment was disposed of. */
  file: { readonly sha256: string; readonly bytes: number } | undefined
  replaced: boolean
}

export interface Listing {
  readonly segments: ReadonlyMap<string, ListedSegment>
  /** Sequence after the last sealed one, by stream. */
  readonly next: Readonly<Record<Stream, number>>
}

/** Reads the log's entries: segments must follow each other without a gap, dispositions must fit what they replace. */
export function checkEntries(tenant: string, log: CheckedLog, report: Reporter): Listing {
  const segments = new Map<string, ListedSegment>()
  const next: Record<Stream, number> = { records: 0, activity: 0 }
  for (const { index, bytes } of log.entries) {
    const entry = parseEntry(bytes, index, tenant)
    const object = `log#${index}`
    if (entry === undefined) {
      report(object, 'ENTRY_INVALID', 'it is no entry of this format and tenant')
      continue
    }
    if (entry.kind === 'disposition') applyDisposition(object, entry, segments, report)
    if (!isManifestKind(entry.kind)) continue
    const manifest = manifestOf(entry)
    if (manifest === undefined || segments.has(manifest.segment)) {
      report(object, 'ENTRY_INVALID', 'it is no valid manifest, or lists a segment again')
      continue
    }
    const { class: retentionClass, quarter, segment, sha256, first, count } = manifest
    const stream = streamOf(manifest.kind)
    const path = sealedPath(retentionClass, quarter, segment)
    // With entries missing nobody can tell whether there is a gap.
    if (log.complete && first !== next[stream])
      report(path, 'SEQUENCE_GAP', `it begins at ${first}, the one before ended at ${next[stream]}`)
    next[stream] = first + count
    const file = { sha256, bytes: manifest.bytes }
    segments.set(segment, { object: path, manifest, file, replaced: false })
  }
  return { segments, next }
}

/** `{segment, sha256, replacement?: {sha256, bytes}}`: the file with that hash gave way to another one, or to none. */
function applyDisposition(
  object: string,
  { body }: LogEntry,
  segments: Map<string, ListedSegment>,
  report: Reporter,
): void {
  const listed = segments.get(String(body['segment']))
  if (listed?.file === undefined || listed.file.sha256 !== body['sha256']) {
    report(object, 'DISPOSITION_INVALID', 'it names no segment file that is in force')
    return
  }
  const { replacement } = body
  if (replacement === undefined) {
    listed.file = undefined
    return
  }
  const { sha256, bytes } = isObject(replacement) ? replacement : {}
  if (hashFromBase64(sha256) === undefined || !Number.isSafeInteger(bytes)) {
    report(object, 'DISPOSITION_INVALID', 'its replacement is malformed')
    return
  }
  listed.file = { sha256: String(sha256), bytes: Number(bytes) }
  listed.replaced = true
}
