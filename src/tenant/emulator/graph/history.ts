// getAllEnterpriseInteractions: the prompts and answers of one person, newest first, one mailbox folder after the other.
import type { GraphDesk } from './desk.ts'
import type { HistoryFilter } from './history-filter.ts'
import { EVERYTHING, parseHistoryFilter } from './history-filter.ts'
import { pageOfItems } from './mailbox-file.ts'
import { nextLink, readTop, skipToken, skipTokenBroken } from './paging.ts'
import type { MailboxFolder, MailboxItem, PersonNow } from './tenant-view.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal } from './wire.ts'

const USUAL_TOP = 10
const MOST_TOP = 100
const SMALL = 7
/** Nothing becomes available later than this after it happened. */
const LATEST_MS = 7 * 86_400_000
/** Says, within the emulator, that a history was served to its end; taken off before it is sent. */
export const READ_TO_END = 'x-emulator-read-to-end'
const FOLDERS: readonly MailboxFolder[] = ['TeamsMessagesData', 'TeamChat']

/** `/copilot/users/{id}/interactionHistory/getAllEnterpriseInteractions` */
export function serveHistory(desk: GraphDesk, request: GraphRequest, user: string): GraphAnswer {
  demandRole(request, 'AiEnterpriseInteraction.Read.All')
  const person = desk.view.person(user)
  if (person !== null && !person.licensed && person.everLicensed) desk.licenceIsGone()
  demandHistory(person)
  const top = readTop(request, USUAL_TOP, MOST_TOP)
  const { folder, skip } = placeOf(request)
  const given = request.query.get('$filter')
  const key = `${person.id} ${given ?? ''} ${folder} ${skip}`
  if (given !== null && desk.strikes('filter-refused', `${person.id} ${given}`))
    throw filterRefused()
  if (skip > 0 && desk.strikes('expired-links', key)) throw skipTokenBroken()
  const filter = given === null ? EVERYTHING : parseHistoryFilter(given)
  const size = top > SMALL && desk.strikes('small-pages', key) ? SMALL : top
  const now = desk.view.now().getTime()
  const mailbox = desk.view.mailbox(person.id)
  const find = (of: MailboxFolder, from: number, wanted: number) =>
    select(mailbox, of, filter, now, from, wanted)
  const found = find(folder, skip, size + 1)
  const entries = found.slice(0, size)
  const other = folderAfter(folder)
  const following =
    found.length > size
      ? { folder, skip: skip + size }
      : other !== null && find(other.folder, 0, 1).length > 0
        ? other
        : null
  const again = following !== null && desk.strikes('page-loops', key)
  const next = again ? { folder, skip } : following
  desk.served('graph interactions', entries.length)
  desk.seen(entries)
  if (next === null) desk.deleted(deletedIn(mailbox, filter, now))
  const head = {
    '@odata.context': `${request.root}/$metadata#Collection(aiInteraction)`,
    // Not the number of entries below: whoever stops when it is reached loses some.
    '@odata.count': top,
    ...(next === null ? {} : { '@odata.nextLink': nextLink(request, tokenOf(next)) }),
  }
  const page = pageOfItems(
    head,
    entries.map(({ lies }) => lies),
    desk.buffers,
  )
  const isWhole = next === null && filter.classes === null && filter.after < now - LATEST_MS
  return isWhole ? { ...page, headers: { ...page.headers, [READ_TO_END]: person.id } } : page
}

/** Narrows to a person whose history is open; else throws what Graph answers, which depends on the plan of today. */
export function demandHistory(person: PersonNow | null): asserts person is PersonNow {
  if (person === null)
    throw new GraphRefusal(404, 'NotFound', 'The requested user was not found in the directory.')
  if (!person.licensed)
    throw new GraphRefusal(
      403,
      'Forbidden',
      'The user does not have a valid Microsoft 365 Copilot license with the required service plan.',
    )
  if (!person.mailbox)
    throw new GraphRefusal(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    )
}

interface Place {
  readonly folder: MailboxFolder
  readonly skip: number
}

function placeOf(request: GraphRequest): Place {
  const token = skipToken(request)
  if (token === null) return { folder: 'TeamsMessagesData', skip: 0 }
  const [, skip = '', name = ''] =
    /^SkipValue=(\d{1,9})#MailboxFolder=MailFolders\/(\w+)$/.exec(token) ?? []
  const folder = FOLDERS.find((one) => one === name)
  if (folder === undefined) throw skipTokenBroken()
  return { folder, skip: Number(skip) }
}

const tokenOf = ({ folder, skip }: Place): string =>
  `SkipValue=${skip}#MailboxFolder=MailFolders/${folder}`

function folderAfter(folder: MailboxFolder): Place | null {
  const after = FOLDERS[FOLDERS.indexOf(folder) + 1]
  return after === undefined ? null : { folder: after, skip: 0 }
}

const deletedIn = (
  mailbox: readonly MailboxItem[],
  { after, before }: HistoryFilter,
  now: number,
): number =>
  mailbox.filter(
    ({ deletedMs, availableMs, createdMs }) =>
      deletedMs <= now && availableMs <= now && createdMs > after && createdMs < before,
  ).length

/** Items of `mailbox` are newest first, so what is too new or too old is never looked at one by one. */
function select(
  mailbox: readonly MailboxItem[],
  folder: MailboxFolder,
  filter: HistoryFilter,
  now: number,
  skip: number,
  wanted: number,
): readonly MailboxItem[] {
  const found: MailboxItem[] = []
  let toSkip = skip
  for (let n = firstBefore(mailbox, filter.before); n < mailbox.length; n++) {
    const item = mailbox[n]
    if (item === undefined || item.createdMs <= filter.after || found.length === wanted) break
    if (item.folder !== folder || item.availableMs > now || item.replacedMs <= now) continue
    if (filter.classes !== null && !filter.classes.has(item.appClass)) continue
    if (toSkip > 0) toSkip--
    else found.push(item)
  }
  return found
}

function firstBefore(mailbox: readonly MailboxItem[], before: number): number {
  let [low, high] = [0, mailbox.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((mailbox[middle]?.createdMs ?? -Infinity) < before) high = middle
    else low = middle + 1
  }
  return low
}

function filterRefused(): GraphRefusal {
  return new GraphRefusal(
    400,
    'BadRequest',
    'Filtering on createdDateTime is not supported for this tenant.',
  )
}
