import { decodeActivity } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import { attestationStore } from '../catalog/attestations.ts'
import type { Catalog } from '../catalog/catalog.ts'

/** Gives a catalog that was lost (a new one beside an old archive) the attestations that the archive holds. */
export async function recoverAttestations(
  catalog: Catalog,
  archives: TenantArchives,
): Promise<number> {
  if (catalog.containers(1).length > 0) return 0
  const store = attestationStore(catalog.database)
  let recovered = 0
  for (const tenant of archives.tenants()) {
    if (store.of(tenant).length > 0) continue
    const reader = await archives.reader(tenant)
    for await (const { lines } of reader.scan(0, 'activity')) {
      for (const line of lines) {
        const { kind, actor, body } = decodeActivity(line)
        if (kind !== 'operator.attestation') continue
        const { id, at, code, says, words } = body
        const all = [id, at, code, words].map(String)
        const [key = '', when = '', what = '', how = ''] = all
        store.add({
          id: key,
          at: when,
          code: what,
          says: says === 'present' ? 'present' : 'excluded',
          words: how,
          actor,
          tenant,
        })
        recovered += 1
      }
    }
  }
  return recovered
}
