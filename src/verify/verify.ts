import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../platform/errors.ts'
import { localFiles } from '../platform/files.ts'
import { parseCheckpoint } from '../archive/checkpoint.ts'
import { CHECKPOINT, isTenantId, ORIGIN_PREFIX } from '../archive/layout.ts'
import { checkTenant, looksLikeTenant, type TenantResult } from './check-tenant.ts'
import type { SegmentResult } from './check-segment.ts'
import type { Finding, FindingCode } from './findings.ts'
import { parseKeys } from './given-keys.ts'
import type { Report, TenantReport, VerifyOptions } from './types.ts'

/** What a writer at work, or one just stopped, may look like for a moment. */
const TRANSIENT: ReadonlySet<FindingCode> = new Set([
  'TEMPORARY_FILE',
  'CHECKPOINT_BEHIND',
  'SEGMENT_UNLOGGED',
  'OPEN_MISPLACED',
])
const TRIES = 8
const PAUSE_MS = 150

/**
 * Checks an archive folder, one tenant's folder, or a data folder that has an `archive` folder: every hash is computed
 * anew and compared with the signed checkpoint. Reports every fault instead of stopping at the first.
 * Throws NOT_AN_ARCHIVE, BAD_PUBLIC_KEY or BAD_CHECKPOINT for wrong use, or a file error; never for what the files hold.
 */
export async function verifyArchive(
  directory: string,
  options: VerifyOptions = {},
): Promise<Report> {
  const keys = parseKeys(options.publicKey)
  const origin = parseSince(options.since)
  const { root, tenants, findings } = await findTenants(resolve(directory))
  const results: { prefix: string; result: TenantResult }[] = []
  const progress = { records: 0, total: 0 }
  for (const { tenant, path } of tenants) {
    const before = { ...progress }
    const intact = new Map<string, SegmentResult>()
    let records = 0
    const result = await checkSettled(path, tenant, {
      keys,
      since: options.since,
      intact,
      onSegment: (more, total) => {
        records += more
        progress.records = before.records + records
        progress.total = before.total + total
        options.onProgress?.({ records: progress.records, totalRecords: progress.total })
      },
    })
    results.push({ prefix: path === root ? '' : `${tenant}/`, result })
  }
  if (origin !== undefined && !tenants.some(({ tenant }) => `${ORIGIN_PREFIX}${tenant}` === origin))
    findings.push({
      object: CHECKPOINT,
      finding: 'SINCE_INVALID',
      message: `no log here is "${origin}", whose checkpoint was given`,
    })
  return summarise(results, findings)
}

async function checkSettled(
  path: string,
  tenant: string,
  options: Parameters<typeof checkTenant>[2],
): Promise<TenantResult> {
  for (let attempt = 1; ; attempt += 1) {
    const checkpoint = await checkpointText(path)
    const result = await checkTenant(path, tenant, options)
    if (result.findings.length === 0 || attempt === TRIES) return result
    // A writer at work moves files under the verifier's feet: believe only what is still so when nothing moves.
    const lasting = result.findings.filter(({ finding }) => !TRANSIENT.has(finding))
    if (lasting.length === 0) await sleep(PAUSE_MS)
    const moving = (await checkpointText(path)) !== checkpoint
    if (!moving && (lasting.length > 0 || attempt > 1)) return result
    if (moving && lasting.length === 0)
      return {
        ...result,
        findings: [],
        notes: [...result.notes, 'a writer was at work: what it added meanwhile was not checked'],
      }
  }
}

async function checkpointText(path: string): Promise<string> {
  try {
    return (await localFiles.read(join(path, CHECKPOINT))).toString('latin1')
  } catch {
    return ''
  }
}

interface Found {
  readonly root: string
  readonly tenants: readonly { readonly tenant: string; readonly path: string }[]
  readonly findings: Finding[]
}

async function findTenants(directory: string): Promise<Found> {
  if (await looksLikeTenant(directory)) {
    const tenant = basename(directory)
    if (!isTenantId(tenant)) throw notAnArchive(directory, 'its name is no tenant id')
    return { root: directory, tenants: [{ tenant, path: directory }], findings: [] }
  }
  const entries = await localFiles.list(directory)
  if ((await localFiles.size(directory)) === null)
    throw notAnArchive(directory, 'there is no such folder')
  const isData = entries.some(({ name, kind }) => name === 'archive' && kind === 'folder')
  const root = isData ? join(directory, 'archive') : directory
  const inRoot = isData ? await localFiles.list(root) : entries
  const findings: Finding[] = []
  const tenants: { tenant: string; path: string }[] = []
  for (const { name, kind } of inRoot) {
    if (kind === 'folder' && isTenantId(name))
      tenants.push({ tenant: name, path: join(root, name) })
    else
      findings.push({
        object: name,
        finding: 'STRAY_FILE',
        message: 'this does not belong to the archive; find out who put it there',
      })
  }
  if (!isData) {
    const archives = await Promise.all(tenants.map(({ path }) => looksLikeTenant(path)))
    if (!archives.includes(true))
      throw notAnArchive(directory, 'it holds no log, no segments and no "archive" folder')
  }
  tenants.sort((a, b) => (a.tenant < b.tenant ? -1 : 1))
  return { root, tenants, findings }
}

function summarise(
  results: readonly { readonly prefix: string; readonly result: TenantResult }[],
  findings: readonly Finding[],
): Report {
  const sum = (of: (result: TenantResult) => number): number =>
    results.reduce((total, { result }) => total + of(result), 0)
  return {
    tenants: results.map(({ result }): TenantReport => result.report),
    records: sum(({ report }) => report.records),
    activities: sum(({ activities }) => activities),
    segments: sum(({ report }) => report.segments),
    entries: sum(({ entries }) => entries),
    disposed: sum(({ disposed }) => disposed),
    findings: [
      ...findings,
      ...results.flatMap(({ prefix, result }) =>
        result.findings.map((one) => ({ ...one, object: `${prefix}${one.object}` })),
      ),
    ],
    notes: results.flatMap(({ prefix, result }) => result.notes.map((note) => `${prefix}${note}`)),
  }
}

function parseSince(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const checkpoint = parseCheckpoint(text)
  if (typeof checkpoint === 'string')
    throw new CodedError('BAD_CHECKPOINT', `Cannot use the remembered checkpoint: ${checkpoint}`)
  return checkpoint.origin
}

function notAnArchive(directory: string, why: string): CodedError<'NOT_AN_ARCHIVE'> {
  return new CodedError('NOT_AN_ARCHIVE', `Cannot verify "${directory}": ${why}`)
}
