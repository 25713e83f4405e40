import { decodeActivity } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog, ContainerEnd, ContainerStart } from '../catalog/catalog.ts'

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
  const ended = new Map<string, ContainerEnd>()
  for (const tenant of archives.tenants()) {
    const reader = await archives.reader(tenant)
    for await (const { lines } of reader.scan(0, 'activity')) {
      for (const line of lines) {
        const { kind, actor, at, body } = decodeActivity(line)
        const id = String(body['id'])
        if (kind === 'container.ended') ended.set(id, endOf(id, tenant, at, body))
        if (kind !== 'container.begun') continue
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
  catalog.endContainers([...ended.values()].filter(({ id }) => found.has(id)))
  return found.size
}

// What was dropped, by kind, and what was seen again are told by the catalog alone: that is lost with it.
function endOf(
  id: string,
  tenant: string,
  endedAt: string,
  body: Readonly<Record<string, unknown>>,
): ContainerEnd {
  const counts: Readonly<Record<string, unknown>> =
    typeof body['counts'] === 'object' ? { ...body['counts'] } : {}
  const count = (name: string) => Number(counts[name] ?? 0)
  return {
    id,
    tenant,
    endedAt,
    bytes: Number(body['bytes'] ?? 0),
    sha256: typeof body['sha256'] === 'string' ? body['sha256'] : '',
    counts: {
      read: count('read'),
      added: count('added'),
      repeated: count('repeated'),
      versions: count('versions'),
      notAi: count('notAi'),
      unmapped: count('unmapped'),
    },
    dropped: new Map(),
  }
}
