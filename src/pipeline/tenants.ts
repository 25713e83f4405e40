/** Where records go that name no tenant, when nothing else says whose they are. */
export const UNASSIGNED = 'unassigned'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NIL = '00000000-0000-0000-0000-000000000000'

/**
 * The tenant that a record names, or null. A tenant id is a GUID; what else stands in its place (a blank, zeros, a
 * word left by an anonymiser, a path) must not become a folder of the archive.
 */
export function namedTenant(served: string | null): string | null {
  if (served === null) return null
  const id = served.trim().toLowerCase()
  return GUID.test(id) && id !== NIL ? id : null
}

/** The one tenant of a list that is somebody's; null when there is none or more than one. */
export function onlyNamed(tenants: readonly string[]): string | null {
  const named = tenants.filter((tenant) => tenant !== UNASSIGNED)
  return named.length === 1 ? (named[0] ?? null) : null
}

/** The folder's only tenant; nobody's when there are several; null while there is none, then the first records decide. */
export function defaultTenant(tenants: readonly string[]): string | null {
  const named = tenants.filter((tenant) => tenant !== UNASSIGNED)
  return named.length > 1 ? UNASSIGNED : (named[0] ?? null)
}
