import { hash } from 'node:crypto'
import { explain } from '../../query/kql/explain.ts'
import type { ArchiveReader } from '../../archive/types.ts'
import { boundsOf } from './bounds.ts'
import { coverageOf } from './coverage.ts'
import { dataDictionary } from './dictionary.ts'
import { limitsOf } from './limits.ts'
import { manifestBytes, type ExportManifest, type ExportState } from './manifest.ts'
import { proveManifest } from './manifest-proofs.ts'
import type { Minimise } from './minimise.ts'
import { pseudonymKey } from './pseudonym-key.ts'
import type { ExportPorts, ExportResult, ExportStep } from './ports.ts'
import { writeTexts, type TextsWritten } from './record-texts.ts'
import type { ExportRequest } from './request.ts'
import { sequencesOf, tenantsOf, type Selection } from './selection.ts'
import { packZip } from './zip.ts'
import { fingerprintOf, noteOf } from './interruption.ts'
import { WorkFolder } from './work-folder.ts'
import { writeData, type DataWritten } from './write-data.ts'
import type { ExportAbout } from './writer.ts'

/**
 * Exports what a query finds, as docs/spec/export-format.md says. The output appears whole or not at all; the same
 * export asked for again, after a crash, goes on. Throws USAGE, EXPORT_EXISTS, DISK_FULL, INTERRUPTED and others.
 */
export async function runExport(
  request: ExportRequest,
  ports: ExportPorts,
  state: ExportState,
  onStep: (step: ExportStep) => void,
): Promise<ExportResult> {
  const { archives, index, clock, signal } = ports
  const started = performance.now()
  const selection: Selection = { index, query: request.query }
  const tenants = await tenantsOf(selection)
  const readers: ArchiveReader[] = []
  for (const { tenant } of tenants) {
    // What is proven must be sealed, and what is read by its place must not move meanwhile.
    await (await archives.writer(tenant)).seal('records')
    const reader = await archives.reader(tenant)
    await reader.refresh()
    readers.push(reader)
  }
  const begin = {
    fingerprint: fingerprintOf(request, ports, readers),
    id: ports.newId(),
    createdAt: clock.now().toISOString(),
    checkpoints: checkpointsOf(readers),
  }
  const work = await WorkFolder.open(request.output, begin)
  await ports.announce(work.id)
  const note = noteOf(work, request)
  if (note !== null) onStep({ part: 'items', done: 0, total: 0, note })
  signal.throwIfAborted()

  const items = tenants.reduce((sum, each) => sum + each.items, 0)
  const key = request.minimise.users ? await pseudonymKey(ports.pseudonymFile) : ''
  const minimise: Minimise = { ...request.minimise, key }
  const sequences: Float64Array[] = []
  for (const { tenant } of tenants)
    sequences.push(await sequencesOf(selection, tenant, work.besidePackage('sequences.tmp')))
  const records = sequences.reduce((sum, { length }) => sum + length, 0)
  const limits = limitsOf(request, state)
  const query = queryOf(request)
  const about: ExportAbout = {
    id: work.id,
    unit: request.unit,
    fields: request.fields,
    createdAt: work.createdAt,
    createdBy: ports.actor,
    purpose: request.purpose,
    tenants: tenants.map(({ tenant }) => tenant),
    query: query.explained,
    state: state.text,
    limits,
    rows: request.unit === 'item' ? items : records,
    signal,
  }
  const texts = {
    tenants: readers.map((reader, at) => ({
      reader,
      sequences: sequences[at] ?? new Float64Array(0),
      checkpoint: work.checkpointOf(reader.tenant),
    })),
    proofs: request.proofs,
    headers: ports.catalog.headers(),
    signal,
    onRecords: (done: number) => onStep({ part: 'records', done, total: records }),
  }

  const data: DataWritten = request.textsOnly
    ? { rows: 0, changes: [], without: 0 }
    : await work.stage('data', isDataWritten, (stage) =>
        writeData({ request, selection, minimise, about, texts, ports, onStep }, work, stage),
      )
  const written =
    request.textsOnly || request.proofs
      ? await work.stage('texts', isTextsWritten, (stage) => writeTexts(texts, stage))
      : null

  const manifest: Omit<ExportManifest, 'files'> = {
    version: 1,
    product: ports.software,
    export: work.id,
    createdAt: work.createdAt,
    createdBy: ports.actor,
    purpose: request.purpose,
    tenants: readers.map((reader, at) => ({
      tenant: reader.tenant,
      publicKey: ports.publicKey(reader.tenant).trim(),
      checkpoint: work.checkpointOf(reader.tenant) ?? null,
      records: written?.ofTenants[at] ?? sequences[at]?.length ?? 0,
    })),
    query,
    unit: request.unit,
    format: request.format.name,
    raw: written !== null,
    proofs: request.proofs,
    fields: request.fields.map(({ name }) => name),
    timeZone: 'UTC',
    counts: {
      item: items,
      record: records,
      proof: written?.proofs ?? 0,
      leftOut: leftOut(data.without, written?.disposed ?? 0),
    },
    state,
    minimised: [...(minimise.users ? ['users'] : []), ...(minimise.dates ? ['dates'] : [])],
    changes: [...data.changes, ...minimised(request)],
    limits,
  }
  await work.stage('about', isObject, async (stage) => {
    const coverage = await coverageOf(index)
    const page = await stage.create('data-dictionary.md')
    await page.write(dataDictionary(manifest, request.fields, coverage))
    await page.end(null)
    const verifier = await ports.verifierPage()
    if (verifier !== null) {
      const file = await stage.create('verify.html')
      await file.write(verifier)
      await file.end(null)
    }
    return {}
  })
  return finish(work, request, { ...manifest, files: work.files() }, ports, onStep, started)
}

async function finish(
  work: WorkFolder,
  request: ExportRequest,
  manifest: ExportManifest,
  { archives, clock, signal }: ExportPorts,
  onStep: (step: ExportStep) => void,
  started: number,
): Promise<ExportResult> {
  const bytes = manifestBytes(manifest)
  const { counts, files } = manifest
  // The entry in the log comes last: what it tells of is whole then.
  signal.throwIfAborted()
  const proofs = await proveManifest(
    archives,
    manifest.tenants.map(({ tenant }) => tenant),
    {
      at: clock.now().toISOString(),
      export: manifest.export,
      counts: { item: counts.item, record: counts.record, proof: counts.proof },
      files: files.length,
      manifest: bytes,
    },
  )
  await work.writeBeside('manifest.json', bytes)
  await work.writeBeside('manifest-proofs.jsonl', Buffer.from(proofs))
  const all = [
    ...files,
    { path: 'manifest.json', bytes: bytes.length },
    { path: 'manifest-proofs.jsonl', bytes: Buffer.byteLength(proofs) },
  ]
  await work.removeOthers(new Set(all.map(({ path }) => path)))
  const total = all.reduce((sum, file) => sum + file.bytes, 0)
  let packed: string | null = null
  if (request.zip) {
    packed = work.besidePackage('package.zip')
    let done = 0
    await packZip(
      packed,
      all.map(({ path, bytes: size }) => ({ path, bytes: size, file: work.pathOf(path) })),
      {
        at: new Date(manifest.createdAt),
        signal,
        onBytes: (more) => {
          done += more
          onStep({ part: 'packing', done, total })
        },
      },
    )
  }
  await work.publish(packed)
  return {
    export: manifest.export,
    output: request.output,
    unit: manifest.unit,
    format: manifest.format,
    counts,
    state: manifest.state,
    changes: manifest.changes,
    files: files.map(({ path, rows }) => ({ path, rows })),
    bytes: total,
    manifestSha256: hash('sha256', bytes, 'hex'),
    seconds: (performance.now() - started) / 1_000,
  }
}

function checkpointsOf(readers: readonly ArchiveReader[]): Record<string, string> {
  return Object.fromEntries(
    readers.flatMap((reader): [string, string][] => {
      const text = reader.checkpoint()?.text
      return text === undefined ? [] : [[reader.tenant, text]]
    }),
  )
}

/** With persons minimised the query is withheld: it may name them. */
function queryOf({ queries, query, minimise }: ExportRequest): ExportManifest['query'] {
  const bounds = boundsOf(query)
  if (!minimise.users) return { text: queries, explained: explain(query), ...bounds }
  const explained = 'withheld, since it may name persons; the archive has it under the export’s id'
  return { text: [], explained, ...bounds }
}

function leftOut(noAuditData: number, disposed: number): Record<string, number> {
  return {
    ...(noAuditData > 0 ? { noAuditData } : {}),
    ...(disposed > 0 ? { disposed } : {}),
  }
}

function minimised({
  minimise,
  leftOut: fields,
  format,
}: ExportRequest): ExportManifest['changes'] {
  const file = format.name
  return [
    ...(minimise.users
      ? [
          {
            code: 'USERS_PSEUDONYMISED',
            count: 1,
            file,
            how: 'persons are pseudonyms in the field users (one field)',
          },
        ]
      : []),
    ...(minimise.dates
      ? [{ code: 'DATES_TRUNCATED', count: 2, file, how: 'times are cut to the day (fields)' }]
      : []),
    ...(fields.length > 0
      ? [
          {
            code: 'FIELDS_LEFT_OUT',
            count: fields.length,
            file,
            how: `fields that may tell of persons or times are left out: ${fields.map(({ name }) => name).join(', ')}`,
          },
        ]
      : []),
  ]
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Of our own state file: what stands there is what the stage answered. */
function isDataWritten(value: unknown): value is DataWritten {
  return isObject(value) && 'without' in value && 'changes' in value
}

function isTextsWritten(value: unknown): value is TextsWritten {
  return isObject(value) && 'ofTenants' in value
}
