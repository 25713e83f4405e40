import { CodedError } from '../errors.ts'
import type { Audience } from './cloud-client.ts'

export type CloudName = 'commercial' | 'gcc' | 'gcc-high' | 'dod'

/** Where one cloud is asked for tokens and data. Roots have no slash at their end. */
export interface Cloud {
  readonly name: CloudName
  readonly login: string
  readonly roots: Readonly<Record<Audience, string>>
  /** What a token for an audience is asked for; the host's own name, even where an emulated tenant stands for it. */
  readonly resources: Readonly<Record<Audience, string>>
}

// Interface reference, sections a and k: commercial and GCC share login and Graph.
const HOSTS: Readonly<Record<CloudName, Readonly<Record<Audience | 'login', string>>>> = {
  commercial: {
    login: 'login.microsoftonline.com',
    management: 'manage.office.com',
    graph: 'graph.microsoft.com',
    'app-insights': 'api.applicationinsights.io',
  },
  gcc: {
    login: 'login.microsoftonline.com',
    management: 'manage-gcc.office.com',
    graph: 'graph.microsoft.com',
    'app-insights': 'api.applicationinsights.io',
  },
  'gcc-high': {
    login: 'login.microsoftonline.us',
    management: 'manage.office365.us',
    graph: 'graph.microsoft.us',
    'app-insights': 'api.applicationinsights.us',
  },
  dod: {
    login: 'login.microsoftonline.us',
    management: 'manage.protection.apps.mil',
    graph: 'dod-graph.microsoft.us',
    'app-insights': 'api.applicationinsights.us',
  },
}

/**
 * The hosts of a cloud. `emulator`: address of an emulated tenant, below which every host is a folder; plain HTTP is
 * for this machine alone. Throws EMULATOR_NOT_LOCAL.
 */
export function cloudOf(name: CloudName, emulator?: string): Cloud {
  const hosts = HOSTS[name]
  const rootOf = (host: string): string =>
    emulator === undefined ? `https://${host}` : `${emulator.replace(/\/+$/, '')}/${host}`
  if (emulator !== undefined) refuseForeign(emulator)
  const byAudience = (of: (host: string) => string): Record<Audience, string> => ({
    management: of(hosts.management),
    graph: of(hosts.graph),
    'app-insights': of(hosts['app-insights']),
  })
  return {
    name,
    login: rootOf(hosts.login),
    roots: byAudience(rootOf),
    resources: byAudience((host) => `https://${host}`),
  }
}

function refuseForeign(emulator: string): void {
  const { protocol, hostname } = new URL(emulator)
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (isLocal && protocol === 'http:') return
  if (protocol === 'https:') return
  throw new CodedError(
    'EMULATOR_NOT_LOCAL',
    `An emulated tenant is asked over plain HTTP on this machine alone: ${hostname} is another`,
  )
}

/** True when an absolute URL lies below a root: same scheme, host and port, and path. */
export function liesBelow(root: string, url: string): boolean {
  let asked: URL
  try {
    asked = new URL(url)
  } catch {
    return false
  }
  const known = new URL(root)
  if (asked.origin !== known.origin || asked.username !== '' || asked.password !== '') return false
  const folder = known.pathname.replace(/\/+$/, '')
  return folder === '' || asked.pathname === folder || asked.pathname.startsWith(`${folder}/`)
}
