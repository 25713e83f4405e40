import { decodeActivity } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog, ContainerStart } from '../catalog/catalog.ts'

/**
 * Gives a catalog that has lost its containers (a new one beside an old archive) what the archive says of them: the
 * header without which a CSV row cannot be read, and the name that a person looks for.
 */
export async function recoverContainers(
  catalog: Catalog,
  archives: TenantArchives,
): Promise<number> {
  if (catalog.containers(1).length > 0) return 0
  const found = new Map<string, ContainerStart>()
  for (const tenant of archives.tenants()) {
    const reader = await archives.reader(tenant)
    for await (const { lines } of reader.scan(0, 'activity')) {
      for (const line of lines) {
        const { kind, actor, at, body } = decodeActivity(line)
        if (kind !== 'container.begun') continue
        const id = String(body['id'])
        found.set(id, {
          id,
          name: String(body['name']),
          shape: String(body['shape']),
          encoding: String(body['encoding']),
          header: typeof body['header'] === 'string' ? body['header'] : null,
          actor,
          startedAt: at,
        })
      }
    }
  }
  catalog.startContainers([...found.values()])
  return found.size
}
