import { join } from 'node:path'
import { localFiles } from '../platform/files.ts'
import { toBase64 } from '../archive/base64.ts'
import { parseSegmentId, streamOf } from '../archive/layout.ts'
import type { VerifierKey } from '../archive/note.ts'
import type { Stream } from '../archive/types.ts'
import { checkEntries, type Listing } from './check-entries.ts'
import { checkLog } from './check-log.ts'
import { checkOpen } from './check-open.ts'
import type { SegmentResult, SegmentTask } from './check-segment.ts'
import type { Finding, Reporter } from './findings.ts'
import { checkSegments } from './segment-pool.ts'
import { listTree, type Tree } from './tree.ts'
import type { TenantReport } from './types.ts'

export interface TenantOptions {
  readonly keys: readonly VerifierKey[]
  readonly since: string | undefined
  /** Told of each segment checked: its records, and how many the log lists in all. */
  readonly onSegment: (records: number, total: number) => void
  /** Segments already found intact in an earlier try: not read again. */
  readonly intact: Map<string, SegmentResult>
}

export interface TenantResult {
  readonly report: TenantReport
  readonly activities: number
  readonly entries: number
  readonly disposed: number
  /** Objects are relative to the tenant's folder. */
  readonly findings: readonly Finding[]
  readonly notes: readonly string[]
}

/** Checks everything in one tenant's folder. */
export async function checkTenant(
  directory: string,
  tenant: string,
  options: TenantOptions,
): Promise<TenantResult> {
  const findings: Finding[] = []
  const notes: string[] = []
  const report: Reporter = (object, finding, message) => {
    findings.push({ object, finding, message })
  }
  const records: Record<Stream, number> = { records: 0, activity: 0 }
  // The log first: what a running writer seals meanwhile is then not missed but new.
  const log = await checkLog(directory, tenant, options)
  const listing = checkEntries(tenant, log, report)
  const tree = await listTree(directory)
  findings.unshift(...tree.findings, ...log.findings)

  const { segments, disposed } = await checkListed(directory, listing, tree, options, records, {
    report,
    notes,
  })
  if (log.complete) reportUnlogged(listing, tree, report)
  const known = { listing, complete: log.complete }
  const open = checkAllOpen(directory, tenant, tree, known, records, { report, notes })
  const { checkpoint } = log
  return {
    report: {
      tenant,
      checkpoint: checkpoint ? { size: checkpoint.size, root: toBase64(checkpoint.root) } : null,
      key: log.key,
      records: records.records,
      segments: segments + open,
    },
    activities: records.activity,
    entries: log.size,
    disposed,
    findings,
    notes,
  }
}

interface Outlet {
  readonly report: Reporter
  readonly notes: string[]
}

async function checkListed(
  directory: string,
  { segments }: Listing,
  tree: Tree,
  { onSegment, intact }: TenantOptions,
  records: Record<Stream, number>,
  { report, notes }: Outlet,
): Promise<{ segments: number; disposed: number }> {
  const tasks: SegmentTask[] = []
  let disposed = 0
  let total = 0
  for (const { object, manifest, file, replaced } of segments.values()) {
    if (manifest.kind === 'segment') total += manifest.count
    if (file !== undefined) {
      tasks.push({ file: join(directory, object), object, manifest, ...file, replaced })
      continue
    }
    disposed += manifest.count
    records[streamOf(manifest.kind)] += manifest.count
    if (tree.sealed.has(object)) notes.push(`${object}: disposed of, but the file is still there`)
  }
  const take = (result: SegmentResult): void => {
    const { object, fault } = result
    const manifest = segments.get(idOf(object))?.manifest
    if (fault !== undefined) report(object, fault.finding, fault.message)
    else {
      intact.set(keyOf(object, segments.get(idOf(object))?.file?.sha256), result)
      records[streamOf(manifest?.kind ?? 'segment')] += result.records
      disposed += result.disposed
    }
    onSegment(manifest?.kind === 'segment' ? result.records : 0, total)
  }
  const fresh = tasks.filter(({ object, sha256 }) => {
    const known = intact.get(keyOf(object, sha256))
    if (known !== undefined) take(known)
    return known === undefined
  })
  await checkSegments(fresh, take)
  return { segments: tasks.length, disposed }
}

const idOf = (object: string): string =>
  object
    .split('/')
    .at(-1)
    ?.replace(/\.zst$/, '') ?? ''

const keyOf = (object: string, sha256 = ''): string => `${object} ${sha256}`

function reportUnlogged({ segments, next }: Listing, tree: Tree, report: Reporter): void {
  for (const path of tree.sealed) {
    const id = idOf(path)
    if (segments.get(id)?.object === path) continue
    const parsed = parseSegmentId(id)
    if (parsed !== undefined && parsed.first >= next[parsed.stream] && !segments.has(id))
      report(path, 'SEGMENT_UNLOGGED', 'it is sealed but not in the log; start the writer once')
    else report(path, 'STRAY_FILE', 'the log does not list this segment')
  }
}

/** Returns how many segments are open. */
function checkAllOpen(
  directory: string,
  tenant: string,
  tree: Tree,
  { listing, complete }: { listing: Listing; complete: boolean },
  records: Record<Stream, number>,
  { report, notes }: Outlet,
): number {
  const seen = new Set<Stream>()
  let count = 0
  for (const path of tree.open) {
    const checked = checkOpen(directory, path, tenant)
    if (checked === undefined) {
      notes.push(`${path}: nothing in it was recorded yet`)
      continue
    }
    if ('finding' in checked) {
      report(path, checked.finding, checked.message)
      continue
    }
    const { header, unfinished } = checked
    const stream = streamOf(header.kind)
    if (listing.segments.has(header.segment)) {
      report(path, 'TEMPORARY_FILE', 'its segment is sealed already; start the writer once')
      continue
    }
    if (seen.has(stream)) report(path, 'OPEN_MISPLACED', 'another segment of this kind is open')
    else if (complete && header.first !== listing.next[stream])
      report(
        path,
        'OPEN_MISPLACED',
        `it begins at ${header.first}, the sealed segments end at ${listing.next[stream]}`,
      )
    if (unfinished > 0)
      notes.push(`${path}: ${unfinished} bytes at its end were never acknowledged`)
    seen.add(stream)
    records[stream] += checked.records
    count += 1
  }
  return count
}

/** Folders that are a tenant's: they hold a log, segments, or an open segment. */
export async function looksLikeTenant(directory: string): Promise<boolean> {
  const entries = await localFiles.list(directory)
  return entries.some(
    ({ name, kind }) => kind === 'folder' && ['log', 'segments', 'open'].includes(name),
  )
}
