import { decodeActivity } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { referenceStore } from '../catalog/reference.ts'
import type { ReferenceKind } from '../interactions/reference/record.ts'
import { referenceData } from '../interactions/reference/rows.ts'
import { entriesOf } from './reference-import.ts'

interface Begun {
  readonly body: Readonly<Record<string, unknown>>
  readonly actor: string
  readonly at: string
  readonly pieces: string[]
}

const KINDS: readonly ReferenceKind[] = ['usage-report', 'packages', 'directory', 'context']

/** Gives a catalog that was lost (a new one beside an old archive) the reference data that the archive holds. */
export async function recoverReference(
  catalog: Catalog,
  archives: TenantArchives,
): Promise<number> {
  const store = referenceStore(catalog.database)
  if (catalog.containers(1).length > 0 || store.files().length > 0) return 0
  let recovered = 0
  for (const tenant of archives.tenants()) {
    const begun = new Map<string, Begun>()
    const reader = await archives.reader(tenant)
    for await (const { lines } of reader.scan(0, 'activity')) {
      for (const line of lines) {
        const { kind, actor, at, body } = decodeActivity(line)
        const id = String(body['id'])
        if (kind === 'reference.begun') begun.set(id, { body, actor, at, pieces: [] })
        if (kind !== 'reference.text') continue
        const file = begun.get(id)
        if (file === undefined) continue
        file.pieces.push(String(body['text']))
        // An import that was interrupted left a file in part: it is taken in again by the next one.
        if (file.pieces.length < Number(file.body['pieces'])) continue
        if (keep(store, tenant, id, file)) recovered += 1
        begun.delete(id)
      }
    }
  }
  return recovered
}

function keep(
  store: ReturnType<typeof referenceStore>,
  tenant: string,
  id: string,
  { body, actor, at, pieces }: Begun,
): boolean {
  const kind = KINDS.find((one) => one === body['kind'])
  if (kind === undefined) return false
  const whole = pieces.join('')
  const text = body['form'] === 'base64' ? Buffer.from(whole, 'base64').toString('utf8') : whole
  const { rows, asOf } = referenceData(text, kind)
  return store.take(
    {
      id,
      tenant,
      kind,
      name: String(body['name']),
      sha256: String(body['sha256']),
      bytes: Number(body['bytes']),
      rows: rows.length,
      concealed: rows.filter((row) => row.subject === 'person' && row.concealed).length,
      asOf,
      actor,
      takenAt: at,
    },
    entriesOf(rows),
  )
}
