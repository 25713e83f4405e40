import { guid } from './fields.ts'

/** What kind of place a resource came from: the tenant's own content, the public web, or not said. */
export type Place = 'tenant' | 'web' | 'unclassified'

// Host suffixes of a tenant's own content in every Microsoft cloud; compared label by label, never as a substring.
const TENANT_HOSTS = [
  'sharepoint.com',
  'sharepoint.us',
  'sharepoint-mil.us',
  'sharepoint.cn',
  'sharepoint.de',
  'dps.mil',
  'teams.microsoft.com',
  'teams.microsoft.us',
  'gov.teams.microsoft.us',
  'dod.teams.microsoft.us',
  'teams.cloud.microsoft',
  'microsoft.teams.com',
  'asm.skype.com',
  'asyncgw.teams.microsoft.com',
  'outlook.office.com',
  'outlook.office365.com',
  'outlook.office365.us',
  'outlook.cloud.microsoft',
  'loop.cloud.microsoft',
  'whiteboard.office.com',
  'whiteboard.cloud.microsoft',
].map((host) => `.${host}`)

// Hosts that say neither: content of the user's, but served from a shared address.
const NEITHER_HOSTS = ['.usercontent.microsoft']

const TENANT_TYPES = new Set([
  'emailmessage',
  'email',
  'teamsmessage',
  'teamschat',
  'teamschannel',
  'teamsmeeting',
  'meeting',
  'event',
  'listitem',
  'driveitem',
  'site',
  'person',
  'people',
  'externalitem',
])

/**
 * Where a resource came from, on the evidence of its list item id, its label, its host and its type, in this order.
 * `CITATION` is a role and says nothing. Rules: interface reference section i, "Tenant grounding evidence".
 */
export function placeOf(
  url: string | null,
  type: string | null,
  listItemId: unknown,
  labelId: string | null,
): Place {
  if (guid(listItemId) !== null || labelId !== null) return 'tenant'
  const lowerType = type === null ? '' : type.toLowerCase()
  if (lowerType === 'websearchquery') return 'web'
  const host = url === null ? null : hostOf(url)
  if (host !== null) {
    const dotted = `.${host}`
    for (const suffix of TENANT_HOSTS) if (dotted.endsWith(suffix)) return 'tenant'
    for (const suffix of NEITHER_HOSTS) if (dotted.endsWith(suffix)) return 'unclassified'
    return 'web'
  }
  return TENANT_TYPES.has(lowerType) ? 'tenant' : 'unclassified'
}

/** Lower-case host of an http(s) URL without port and trailing dot; null for anything else. */
export function hostOf(url: string): string | null {
  const start = schemeEnd(url)
  if (start < 0) return null
  let end = start
  let at = -1
  for (; end < url.length; end++) {
    const c = url.charCodeAt(end)
    if (c === 47 || c === 63 || c === 35 || c === 92) break
    // What stands before @ is a user name, a favourite place for a false host.
    if (c === 64) at = end
  }
  let host = url.slice(at < 0 ? start : at + 1, end).toLowerCase()
  const port = host.lastIndexOf(':')
  if (port >= 0 && !host.endsWith(']')) host = host.slice(0, port)
  if (host.endsWith('.')) host = host.slice(0, -1)
  // A host of other letters (IDN) is left as served: it is none of Microsoft's.
  return host.length === 0 || host.length > 253 ? null : host
}

function schemeEnd(url: string): number {
  if (url.startsWith('https://')) return 8
  if (url.startsWith('http://')) return 7
  const scheme = url.slice(0, 8).toLowerCase()
  if (scheme === 'https://') return 8
  return scheme.startsWith('http://') ? 7 : -1
}

const MAX_SITE = 850

/** What a sharing link (`/:w:/s/finance/…`) says in a letter; with `r` or `g` the path itself follows. */
const SHARED: Readonly<Record<string, string>> = { s: 'sites', t: 'teams', p: 'personal' }

/** Site collection of an http(s) URL: `/sites/x`, `/teams/x` or `/personal/x` below the host, else its root. */
export function siteOf(url: string): string | null {
  const host = hostOf(url)
  if (host === null) return null
  const pathStart = url.indexOf('/', schemeEnd(url))
  const root = `https://${host}`
  if (pathStart < 0) return root
  const path = url.slice(pathStart, pathStart + MAX_SITE)
  const short = path.startsWith('/:') ? /^\/:[a-z]:\/([stp])\/([^/?#]+)/i.exec(path) : null
  if (short !== null) return `${root}/${SHARED[short[1]?.toLowerCase() ?? '']}/${short[2]}`
  const managed = /^(?:\/:[a-z]:\/[rg])?\/(sites|teams|personal)\/([^/?#]+)/i.exec(path)
  if (managed === null) return root
  return `${root}/${managed[1]?.toLowerCase()}/${managed[2]}`
}
