import type { CloudClient } from '../../platform/http/cloud-client.ts'
import type { Place } from '../feed.ts'

/** What came of asking for a place. */
export interface Answered {
  readonly kind: Place['kind']
  readonly key: string
  /** Of the answer that counts: 200, or why there is no name. */
  readonly status: number
  readonly name: string | null
  readonly url: string | null
  /** Of a meeting: when it began, as served. */
  readonly at: string | null
  /** Microsoft's answers, as served. */
  readonly answers: readonly string[]
}

/** Who asks, and with what. */
interface Asker {
  readonly client: CloudClient
  readonly roles: readonly string[]
  /** The object id of a person that a record names by id or address; null when the directory knows none. */
  readonly idOf: (person: string) => string | null
}

/** How a kind of place is looked up, and what that takes; the first role is the narrowest that is enough. */
export interface LookUp {
  readonly kind: Place['kind']
  readonly roles: readonly [string, ...string[]]
  readonly why: string
  /** What to do when Microsoft refuses although the role is there. */
  readonly refused: string
  readonly find: (asker: Asker, place: Place, signal: AbortSignal) => Promise<Answered>
}

const BUDGET = 'graph-context'
/** Not there, not ours to see, or not an address: an answer, and asked again only when it is old. */
const NO_ANSWER = [400, 403, 404, 410, 423] as const
const MEETING_ROLES = ['OnlineMeetings.Read.All', 'OnlineMeetings.ReadWrite.All']

const SITES: LookUp = {
  kind: 'site',
  roles: ['Sites.Selected', 'Sites.Read.All', 'Sites.ReadWrite.All'],
  why: 'Without it sites are shown by their addresses',
  refused: 'Sites.Selected opens only the sites that an administrator grants to the application',
  find: async (asker, place, signal) => {
    const { host, pathname } = new URL(place.key)
    // A colon would begin another part of the request.
    const path = pathname === '/' ? '' : `:${pathname.replaceAll(':', '%3A')}`
    const said = await ask(asker, `/v1.0/sites/${host}${path}`, signal)
    return answered(place, [said], {
      name: text(said.fields, 'displayName', 'name'),
      url: text(said.fields, 'webUrl'),
    })
  },
}

const FILES: LookUp = {
  kind: 'file',
  roles: ['Files.Read.All', 'Sites.Read.All'],
  why: 'Without it files that records name by address only have no name',
  refused: 'the application may not read the sites in which the files lie',
  find: async (asker, place, signal) => {
    const share = `u!${Buffer.from(place.key).toString('base64url')}`
    const said = await ask(asker, `/v1.0/shares/${share}/driveItem?$select=name,webUrl`, signal)
    return answered(place, [said], {
      name: text(said.fields, 'name'),
      url: text(said.fields, 'webUrl'),
    })
  },
}

/**
 * The chat of a meeting tells its subject, its address and who called it; only that person's list of meetings, asked by
 * the exact address, tells when it was. Who was merely there is refused that list.
 */
const MEETINGS: LookUp = {
  kind: 'meeting',
  roles: ['Chat.ReadBasic.All', 'Chat.Read.All', 'OnlineMeetings.Read.All'],
  why: 'Without it meetings are shown by the ids of their threads',
  refused:
    'meetings take an application access policy in Teams (New-CsApplicationAccessPolicy) for the people who call them',
  find: async (asker, place, signal) => {
    const chat = await ask(asker, `/v1.0/chats/${encodeURIComponent(place.key)}`, signal)
    const about = fieldsOf(chat.fields.get('onlineMeetingInfo'))
    const organiser = text(fieldsOf(about.get('organizer')), 'id') ?? asker.idOf(place.person)
    const join = text(about, 'joinWebUrl')
    const told = { name: text(chat.fields, 'topic'), url: join }
    const mayAsk = asker.roles.some((role) => MEETING_ROLES.includes(role))
    if (!mayAsk || organiser === null || join === null) return answered(place, [chat], told)
    const filter = new URLSearchParams({ $filter: `JoinWebUrl eq '${join.replaceAll("'", "''")}'` })
    const path = `/v1.0/users/${encodeURIComponent(organiser)}/onlineMeetings?${filter.toString()}`
    const list = await ask(asker, path, signal)
    const value = list.fields.get('value')
    const meeting = fieldsOf(Array.isArray(value) ? value[0] : null)
    return answered(place, [chat, list], {
      name: text(meeting, 'subject') ?? told.name,
      url: join,
      at: text(meeting, 'startDateTime'),
    })
  },
}

export const LOOK_UPS: readonly LookUp[] = [SITES, FILES, MEETINGS]

type Fields = ReadonlyMap<string, unknown>

interface Said {
  readonly status: number
  readonly raw: string
  readonly fields: Fields
}

async function ask({ client }: Asker, path: string, signal: AbortSignal): Promise<Said> {
  const url = `${client.root('graph')}${path}`
  const request = { audience: 'graph', url, budget: BUDGET, accept: NO_ANSWER } as const
  const answer = await client.send(request, signal)
  const raw = (await answer.buffer()).toString('utf8')
  return { status: answer.status, raw, fields: answer.status < 400 ? parsed(raw) : new Map() }
}

function answered(
  { kind, key }: Place,
  said: readonly Said[],
  {
    name,
    url,
    at = null,
  }: { readonly name: string | null; readonly url: string | null; readonly at?: string | null },
): Answered {
  const [first] = said
  const answers = said.map(({ raw }) => raw)
  return { kind, key, status: first?.status ?? 0, name, url, at, answers }
}

function parsed(raw: string): Fields {
  try {
    return fieldsOf(JSON.parse(raw))
  } catch {
    return new Map()
  }
}

const fieldsOf = (value: unknown): Fields =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

function text(said: Fields, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = said.get(name)
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
