import type { CloudClient } from '../../platform/http/cloud-client.ts'
import type { Place } from '../feed.ts'

/** What Graph said of a place. */
export interface Found {
  readonly kind: Place['kind']
  readonly key: string
  readonly name: string | null
  readonly url: string | null
  /** Of a meeting: when it began, as served. */
  readonly at: string | null
}

/** How a kind of place is looked up, and what that takes; the first role is the narrowest that is enough. */
export interface LookUp {
  readonly kind: Place['kind']
  readonly roles: readonly [string, ...string[]]
  readonly why: string
  /** null: Graph knows nothing of it. */
  readonly find: (client: CloudClient, place: Place, signal: AbortSignal) => Promise<Found | null>
}

const BUDGET = 'graph-context'
/** Not there, not ours to see, or not an address: an answer, and asked again only when it is old. */
const NO_ANSWER = [400, 403, 404, 410, 423] as const

const SITES: LookUp = {
  kind: 'site',
  roles: ['Sites.Selected', 'Sites.Read.All', 'Sites.ReadWrite.All'],
  why: 'Without it sites are shown by their addresses',
  find: async (client, { kind, key }, signal) => {
    const { host, pathname } = new URL(key)
    const path = pathname === '/' ? '' : `:${pathname}`
    const said = await ask(client, `/v1.0/sites/${host}${path}`, signal)
    return (
      said && {
        kind,
        key,
        name: text(said, 'displayName', 'name'),
        url: text(said, 'webUrl'),
        at: null,
      }
    )
  },
}

const FILES: LookUp = {
  kind: 'file',
  roles: ['Files.Read.All', 'Sites.Read.All'],
  why: 'Without it files that records name by address only have no name',
  find: async (client, { kind, key }, signal) => {
    const share = `u!${Buffer.from(key).toString('base64url')}`
    const said = await ask(client, `/v1.0/shares/${share}/driveItem?$select=name,webUrl`, signal)
    return said && { kind, key, name: text(said, 'name'), url: text(said, 'webUrl'), at: null }
  },
}

const MEETINGS: LookUp = {
  kind: 'meeting',
  roles: ['OnlineMeetings.Read.All', 'OnlineMeetings.ReadWrite.All'],
  why: 'Without it meetings are shown by the ids of their threads',
  find: async (client, { kind, key, person }, signal) => {
    if (person === '') return null
    const join = `https://teams.microsoft.com/l/meetup-join/${encodeURIComponent(key)}/0`
    const filter = new URLSearchParams({ $filter: `JoinWebUrl eq '${join}'` }).toString()
    const path = `/v1.0/users/${encodeURIComponent(person)}/onlineMeetings?${filter}`
    const [said] = listOf(await ask(client, path, signal))
    if (said === undefined) return null
    const [name, url, at] = [
      text(said, 'subject'),
      text(said, 'joinWebUrl'),
      text(said, 'startDateTime'),
    ]
    return { kind, key, name, url, at }
  },
}

export const LOOK_UPS: readonly LookUp[] = [SITES, FILES, MEETINGS]

type Said = ReadonlyMap<string, unknown>

async function ask(client: CloudClient, path: string, signal: AbortSignal): Promise<Said | null> {
  const url = `${client.root('graph')}${path}`
  const request = { audience: 'graph', url, budget: BUDGET, accept: NO_ANSWER } as const
  const answer = await client.send(request, signal)
  if (answer.status >= 400) {
    await answer.discard()
    return null
  }
  return fieldsOf(await answer.json())
}

function listOf(said: Said | null): Said[] {
  const value = said?.get('value')
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

const fieldsOf = (value: unknown): Said =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

function text(said: Said, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = said.get(name)
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
