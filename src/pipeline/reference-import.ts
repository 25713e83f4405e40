import { randomUUID } from 'node:crypto'
import type { Act, Journal } from '../activity/journal.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { referenceStore, type ReferenceFile } from '../catalog/reference.ts'
import { referenceKeysOf } from '../interactions/reference/keys.ts'
import type { ReferenceKind, ReferenceRow } from '../interactions/reference/record.ts'
import { referenceData } from '../interactions/reference/rows.ts'
import type { Clock } from '../platform/clock.ts'
import type { Reference } from '../sources/source.ts'
import { defaultTenant, UNASSIGNED } from './tenants.ts'

interface ReferencePorts {
  readonly archives: TenantArchives
  readonly catalog: Catalog
  readonly journal: Journal
  readonly clock: Clock
}

/** A file of reference data and what became of it. */
export interface TakenReference {
  readonly file: string
  readonly kind: ReferenceKind
  readonly rows: number
  /** Of `rows`: people whose names the report conceals. */
  readonly concealed: number
  readonly asOf: string | null
  /** The same bytes were there already. */
  readonly repeated: boolean
}

/** A text is archived in pieces of at most this many characters, each an act of its own. */
const PIECE = 512 * 1024
/** Acts written at once. */
const ACTS = 8

/** What is held at most until the end of an import. */
const HELD_BYTES = 128 * 1024 * 1024

/** Reference data of one import: held until its records are in, since a file names no tenant. */
export class HeldReferences {
  readonly #ports: ReferencePorts
  readonly #tenant: string | null
  readonly #actor: string
  readonly #taken: TakenReference[] = []
  #held: Reference[] = []
  #bytes = 0

  /** `tenant`: whose data it is; null: the folder's only tenant's, else nobody's. */
  constructor(ports: ReferencePorts, tenant: string | null, actor: string) {
    this.#ports = ports
    this.#tenant = tenant
    this.#actor = actor
  }

  get taken(): readonly TakenReference[] {
    return this.#taken
  }

  async hold(reference: Reference): Promise<void> {
    this.#held.push(reference)
    this.#bytes += reference.bytes.length
    if (this.#bytes > HELD_BYTES) await this.take()
  }

  async take(): Promise<void> {
    const held = this.#held
    this.#held = []
    this.#bytes = 0
    const tenant = this.#tenant ?? defaultTenant(this.#ports.archives.tenants()) ?? UNASSIGNED
    for (const reference of held)
      this.#taken.push(await takeReference(this.#ports, reference, tenant, this.#actor))
  }
}

/** Takes in one file of reference data: its exact text into the archive's activity stream, then its rows into the catalog. */
export async function takeReference(
  { archives, catalog, journal, clock }: ReferencePorts,
  { name, reference: kind, encoding, bytes, digest }: Reference,
  tenant: string,
  actor: string,
): Promise<TakenReference> {
  const store = referenceStore(catalog.database)
  const takenAt = clock.now().toISOString()
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  const { rows, asOf } = referenceData(text, kind)
  const concealed = rows.filter((row) => row.subject === 'person' && row.concealed).length
  const file: ReferenceFile = {
    id: randomUUID(),
    tenant,
    kind,
    name,
    sha256: digest.sha256,
    bytes: digest.size,
    rows: rows.length,
    concealed,
    asOf,
    actor,
    takenAt,
  }
  if (!store.knows(tenant, kind, digest.sha256)) {
    await archives.writer(tenant)
    catalog.addTenant(tenant, takenAt)
    const isText = Buffer.from(text, 'utf8').equals(bytes)
    const pieces = isText ? piecesOf(text) : piecesOf(Buffer.from(bytes).toString('base64'))
    const acts: Act[] = [
      {
        kind: 'reference.begun',
        actor,
        body: {
          id: file.id,
          name,
          kind,
          encoding,
          bytes: digest.size,
          sha256: digest.sha256,
          pieces: pieces.length,
          form: isText ? 'text' : 'base64',
        },
      },
      ...pieces.map((piece, number) => ({
        kind: 'reference.text',
        actor,
        body: { id: file.id, number, text: piece },
      })),
    ]
    for (let at = 0; at < acts.length; at += ACTS)
      await journal.record(tenant, acts.slice(at, at + ACTS))
  }
  const isNew = store.take(file, entriesOf(rows))
  return { file: name, kind, rows: rows.length, concealed, asOf, repeated: !isNew }
}

/** A row under each of its keys. */
export function* entriesOf(
  rows: readonly ReferenceRow[],
): Generator<{ readonly key: string; readonly body: string }> {
  for (const row of rows) {
    const body = JSON.stringify(row)
    for (const key of referenceKeysOf(row)) yield { key, body }
  }
}

/** Never between the two halves of a character. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + PIECE)
    const last = text.charCodeAt(end - 1)
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1
    pieces.push(text.slice(at, end))
    at = end
  }
  return pieces
}
