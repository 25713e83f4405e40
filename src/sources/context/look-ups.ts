import type { Place } from '../feed.ts'
import { fieldsOf, type Said } from './graph-batch.ts'

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
export interface Asker {
  readonly roles: readonly string[]
  /** The object id of a person that a record names by id or address; null when the directory knows none. */
  readonly idOf: (person: string) => string | null
}

/** What an answer tells of a place. */
interface Told {
  readonly name: string | null
  readonly url: string | null
  readonly at?: string | null
}

/** How a kind of place is looked up, and what that takes; the first role is the narrowest that is enough. */
export interface LookUp {
  readonly kind: Place['kind']
  readonly roles: readonly [string, ...string[]]
  readonly why: string
  /** What to do when Microsoft refuses although the role is there. */
  readonly refused: string
  /** What is asked first, below `/v1.0`. */
  readonly first: (place: Place) => string
  /** What the answer to that makes it worth to ask besides; null: nothing. */
  readonly second?: (asker: Asker, place: Place, first: Said) => string | null
  readonly tell: (first: Said, second: Said | null) => Told
}

const MEETING_ROLES = ['OnlineMeetings.Read.All', 'OnlineMeetings.ReadWrite.All']

const SITES: LookUp = {
  kind: 'site',
  roles: ['Sites.Selected', 'Sites.Read.All', 'Sites.ReadWrite.All'],
  why: 'Without it sites are shown by their addresses',
  refused: 'Sites.Selected opens only the sites that an administrator grants to the application',
  first: ({ key }) => {
    const { host, pathname } = new URL(key)
    return `/sites/${host}${pathname === '/' ? '' : `:${withoutColons(pathname)}`}`
  },
  tell: ({ fields }) => ({
    name: text(fields, 'displayName', 'name'),
    url: text(fields, 'webUrl'),
  }),
}

/** The library that every site has, as addresses name it. */
const LIBRARY =
  /^(\/(?:sites|teams|personal)\/[^/]+)?\/(?:Shared(?:%20| )Documents|Documents)(\/.+)$/i

/**
 * A file in the library that every site has is asked for by its path, which opens with a permission to read, even one for
 * single sites. Other addresses (links that were shared, `Doc.aspx?sourcedoc=…`, other libraries) only `shares`
 * understands, and Microsoft documents a permission to write for that, which nobody should grant for names.
 */
const FILES: LookUp = {
  kind: 'file',
  roles: ['Sites.Selected', 'Files.Read.All', 'Sites.Read.All'],
  why: 'Without it files that records name by address only have no name',
  refused:
    'Sites.Selected opens only the sites that an administrator grants to the application; what was shared by a link may stay closed to whoever only reads, and then keeps its address',
  first: ({ key }) => {
    const { host, pathname, search } = new URL(key)
    const [, site, path] = (search === '' ? LIBRARY.exec(pathname) : null) ?? []
    const fields = '?$select=id,name,webUrl'
    if (path === undefined)
      return `/shares/u!${Buffer.from(key).toString('base64url')}/driveItem${fields}`
    const of = site === undefined ? host : `${host}:${withoutColons(site)}:`
    return `/sites/${of}/drive/root:${withoutColons(path)}${fields}`
  },
  tell: ({ fields }) => ({ name: text(fields, 'name'), url: text(fields, 'webUrl') }),
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
  first: ({ key }) => `/chats/${encodeURIComponent(key)}`,
  second: ({ roles, idOf }, { person }, chat) => {
    const { about, join } = meetingIn(chat)
    const organiser = text(fieldsOf(about.get('organizer')), 'id') ?? idOf(person)
    const mayAsk = roles.some((role) => MEETING_ROLES.includes(role))
    if (!mayAsk || organiser === null || join === null) return null
    const filter = new URLSearchParams({ $filter: `JoinWebUrl eq '${join.replaceAll("'", "''")}'` })
    return `/users/${encodeURIComponent(organiser)}/onlineMeetings?${filter.toString()}`
  },
  tell: (chat, list) => {
    const value = list?.fields.get('value')
    const meeting = fieldsOf(Array.isArray(value) ? value[0] : null)
    return {
      name: text(meeting, 'subject') ?? text(chat.fields, 'topic'),
      url: meetingIn(chat).join,
      at: text(meeting, 'startDateTime'),
    }
  },
}

export const LOOK_UPS: readonly LookUp[] = [SITES, FILES, MEETINGS]

export function answered(lookUp: LookUp, { kind, key }: Place, said: readonly Said[]): Answered {
  const [first, second = null] = said
  const answers = said.map(({ raw }) => raw)
  if (first === undefined) return { kind, key, status: 0, name: null, url: null, at: null, answers }
  return { kind, key, status: first.status, at: null, ...lookUp.tell(first, second), answers }
}

function meetingIn({ fields }: Said) {
  const about = fieldsOf(fields.get('onlineMeetingInfo'))
  return { about, join: text(about, 'joinWebUrl') }
}

/** A colon would begin another part of the request. */
const withoutColons = (path: string): string => path.replaceAll(':', '%3A')

function text(said: ReadonlyMap<string, unknown>, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = said.get(name)
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}
