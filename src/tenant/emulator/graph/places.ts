// Look-ups of what records only give as an address or id: sites, drives, files, chats and meetings.
import type { GraphDesk } from './desk.ts'
import { guidFrom, numberFrom } from './derived.ts'
import { findPerson } from './users.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const CREATED = '2024-03-11T09:30:00Z'
const MEETINGS = ['Weekly review', 'Steering committee', 'Client call', 'Planning', 'Interview']

/** `/sites/{host}:/{path}` or `/sites/{id}`: segments behind `sites`. */
export function serveSite(
  desk: GraphDesk,
  request: GraphRequest,
  rest: readonly string[],
): GraphAnswer {
  const drive = rest.findIndex((segment, n) => n > 0 && segment.toLowerCase() === 'drive')
  if (drive > 0) return serveSiteFile(desk, request, rest, drive)
  const key = rest.join('/').replace(/:$/, '')
  demandSite(request, key, 'Sites.Read.All', 'Sites.ReadWrite.All')
  const [, host, path] = /^([\w.-]+\.sharepoint\.[a-z]+):\/(.+)$/.exec(key) ?? []
  const [hostOfId, collection, web] = key.split(',')
  if (host === undefined && web === undefined) throw notFound('The requested site was not found.')
  desk.served('graph sites', 1)
  const name = path?.split('/').at(-1) ?? `Site ${collection?.slice(0, 4)}`
  const webUrl = `https://${host ?? hostOfId}/${path ?? `sites/${collection?.slice(0, 8)}`}`
  const id = host === undefined ? key : `${host},${guidFrom(webUrl)},${guidFrom(`web ${webUrl}`)}`
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#sites/$entity`,
    createdDateTime: CREATED,
    description: '',
    id,
    lastModifiedDateTime: CREATED,
    name,
    webUrl,
    displayName: decoded(name),
    root: {},
    siteCollection: { hostname: host ?? hostOfId },
  })
}

/** `/sites/{host}:/{path}:/drive/root:/{path}`: a file in the library that every site has. */
function serveSiteFile(
  desk: GraphDesk,
  request: GraphRequest,
  rest: readonly string[],
  drive: number,
): GraphAnswer {
  const [host = '', ...site] = rest.slice(0, drive).map((segment) => segment.replace(/:$/, ''))
  const key = site.length === 0 ? host : `${host}:/${site.join('/')}`
  demandSite(request, key, 'Files.Read.All', 'Sites.Read.All', 'Sites.ReadWrite.All')
  const [root, ...path] = rest.slice(drive + 1)
  if (!/^[\w.-]+\.sharepoint\.[a-z]+$/.test(host) || root !== 'root:' || path.length === 0)
    throw notFound('The resource could not be found.')
  desk.served('graph drives', 1)
  const library = site[0]?.toLowerCase() === 'personal' ? ['Documents'] : ['Shared Documents']
  const address = [...site, ...library, ...path].map((segment) => encodeURIComponent(segment))
  return jsonAnswer(
    200,
    driveItem(request, `https://${host}/${address.join('/')}`, driveOf(host), null),
  )
}

/** `/drives/{id}` and `/drives/{id}/items/{item}`: segments behind `drives`. */
export function serveDrive(
  desk: GraphDesk,
  request: GraphRequest,
  rest: readonly string[],
): GraphAnswer {
  demandRole(request, 'Files.Read.All', 'Sites.Read.All')
  const [id = '', items, item] = rest
  desk.served('graph drives', 1)
  if (items === 'items' && item !== undefined)
    return jsonAnswer(
      200,
      driveItem(
        request,
        `https://contoso.sharepoint.com/sites/${id.slice(0, 6)}/Shared%20Documents/${item}`,
        id,
        item,
      ),
    )
  if (items !== undefined) throw notFound('Item not found')
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#drives/$entity`,
    id,
    name: 'Documents',
    driveType: 'documentLibrary',
    webUrl: `https://contoso.sharepoint.com/sites/${id.slice(0, 6)}/Shared%20Documents`,
    owner: { group: { displayName: 'Contoso' } },
  })
}

/** `/shares/u!{address in base64url}/driveItem` */
export function serveShare(desk: GraphDesk, request: GraphRequest, token: string): GraphAnswer {
  demandRole(request, 'Files.Read.All', 'Sites.Read.All', 'Sites.Selected')
  // Links are open to nobody who was let into single sites only.
  if (!request.roles.has('Files.Read.All') && !request.roles.has('Sites.Read.All'))
    throw accessDenied()
  const url = token.startsWith('u!') ? Buffer.from(token.slice(2), 'base64url').toString() : ''
  if (!/^https:\/\/[\w.-]+\.sharepoint\.[a-z]+\//.test(url))
    throw notFound('The resource could not be found.')
  desk.served('graph drives', 1)
  return jsonAnswer(200, driveItem(request, sharedAddress(url), driveOf(new URL(url).host), null))
}

/** `/chats/{id}`: the topic of a chat, and the meeting it belongs to. */
export function serveChat(desk: GraphDesk, request: GraphRequest, id: string): GraphAnswer {
  demandRole(request, 'Chat.ReadBasic.All', 'Chat.Read.All')
  if (!id.startsWith('19:')) throw notFound('No chat with this id exists.')
  desk.served('graph chats', 1)
  const meeting = id.startsWith('19:meeting_')
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#chats/$entity`,
    id,
    topic: meeting ? subjectOf(id) : null,
    createdDateTime: CREATED,
    lastUpdatedDateTime: CREATED,
    chatType: meeting ? 'meeting' : 'group',
    webUrl: `https://teams.microsoft.com/l/chat/${encodeURIComponent(id)}/0?tenantId=${desk.view.tenantId}`,
    tenantId: desk.view.tenantId,
    onlineMeetingInfo: meeting
      ? { calendarEventId: guidFrom(id), joinWebUrl: joinUrl(id), organizer: organiserOf(desk, id) }
      : null,
  })
}

/** `/users/{id}/onlineMeetings?$filter=JoinWebUrl eq '…'` */
export function serveMeetings(desk: GraphDesk, request: GraphRequest, user: string): GraphAnswer {
  demandRole(request, 'OnlineMeetings.Read.All', 'OnlineMeetings.ReadWrite.All')
  const person = findPerson(desk, user)
  const filter = /^joinweburl eq '([^']+)'$/i.exec(request.query.get('$filter') ?? '')
  if (filter === null)
    throw new GraphRefusal(400, 'InvalidArgument', 'Filter expression expected - JoinWebUrl eq.')
  const join = filter[1] ?? ''
  const threadId = /19:meeting_[\w-]+@thread\.v2/.exec(decoded(join))?.[0]
  if (threadId !== undefined && organiserOf(desk, threadId)?.id !== person.id)
    throw new GraphRefusal(403, 'Forbidden', 'Who was merely there is not shown the meeting.')
  // A policy of Teams lets the application see the meetings of most people, not of all.
  if (numberFrom(`policy ${person.id}`, 12) === 7)
    throw new GraphRefusal(403, 'Forbidden', 'No application access policy found for this app.')
  const value = threadId === undefined ? [] : [meetingOf(threadId, join, person.id)]
  desk.served('graph meetings', value.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#users('${person.id}')/onlineMeetings`,
    value,
  })
}

function meetingOf(threadId: string, joinWebUrl: string, organiser: string) {
  return {
    id: Buffer.from(`1*${organiser}*0**${threadId}`).toString('base64'),
    creationDateTime: CREATED,
    startDateTime: CREATED,
    endDateTime: '2024-03-11T10:30:00Z',
    joinWebUrl,
    subject: subjectOf(threadId),
    chatInfo: { threadId, messageId: '0', replyChainMessageId: null },
    participants: {
      organizer: { identity: { user: { id: organiser, displayName: null } }, upn: null },
    },
  }
}

function driveItem(request: GraphRequest, webUrl: string, driveId: string, itemId: string | null) {
  const address = new URL(webUrl)
  const path = address.pathname.split('/')
  const name = decoded(path.at(-1) ?? '')
  return {
    '@odata.context': `${request.root}/$metadata#driveItem`,
    id: itemId ?? `01${guidFrom(webUrl).replaceAll('-', '').toUpperCase()}`,
    name,
    size: 10_000 + numberFrom(webUrl, 500_000),
    webUrl,
    createdDateTime: CREATED,
    lastModifiedDateTime: CREATED,
    file: { mimeType: 'application/octet-stream' },
    parentReference: {
      driveId,
      driveType: 'documentLibrary',
      siteId: `${address.host},${guidFrom(webUrl)},${guidFrom(address.host)}`,
    },
    sharepointIds: { siteUrl: `https://${address.host}${path.slice(0, 3).join('/')}` },
  }
}

/** Where what is shared lies. A page of Office, or a link that somebody shared, names it by an id alone. */
function sharedAddress(url: string): string {
  const { origin, pathname, searchParams } = new URL(url)
  const link = /^\/:[a-z]:\/[a-z]\/([^/]+)\//.exec(pathname)?.[1]
  const id = /[\w-]{1,64}/.exec(searchParams.get('sourcedoc') ?? '')?.[0]
  if (link === undefined && id === undefined) return `${origin}${pathname}`
  const page = /^(.*)\/_layouts\//.exec(pathname)?.[1] ?? `/sites/${link}`
  const name = searchParams.get('file') ?? `Document ${guidFrom(id ?? url).slice(0, 4)}.docx`
  return `${origin}${page}/Shared%20Documents/${encodeURIComponent(name)}`
}

const driveOf = (host: string): string => `b!${guidFrom(host).replaceAll('-', '')}`
const subjectOf = (id: string): string => MEETINGS[numberFrom(id, MEETINGS.length)] ?? ''
const joinUrl = (id: string): string =>
  `https://teams.microsoft.com/l/meetup-join/${encodeURIComponent(id)}/0`

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Whoever called a meeting: one of the people, always the same. */
function organiserOf(desk: GraphDesk, threadId: string) {
  const people = desk.view.people()
  const person = people[numberFrom(`organiser ${threadId}`, people.length)]
  return person === undefined
    ? null
    : { id: person.id, displayName: null, userIdentityType: 'aadUser' }
}

/** A permission for single sites opens those that an administrator granted: here one in two. */
function demandSite(request: GraphRequest, key: string, ...whole: readonly string[]): void {
  demandRole(request, ...whole, 'Sites.Selected')
  const isGranted = numberFrom(`granted ${key.toLowerCase()}`, 2) === 0
  if (!isGranted && !whole.some((role) => request.roles.has(role))) throw accessDenied()
}

const accessDenied = (): GraphRefusal => new GraphRefusal(403, 'accessDenied', 'Access denied')
const notFound = (message: string): GraphRefusal => new GraphRefusal(404, 'itemNotFound', message)
