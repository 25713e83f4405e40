import { guid } from '../fields.ts'
import { placeOf, siteOf } from '../places.ts'
import type { Agent, Facts, Intake, Message, Person, ReadContext, Resource } from '../record.ts'
import { canonicalSurface } from '../surfaces.ts'
import { csvTableRow, type TableRow } from '../table-row.ts'
import { parseTime } from '../times.ts'
import { emptyFacts, unmappedIntake } from '../unmapped.ts'
import { isNotAboutAi, rowKindOf, type RowKind } from './row-kind.ts'
import { threadOf } from './thread.ts'

const MAX_ID = 1_024

/** What one row of an eDiscovery items report says: a message, a whole conversation, or a file found with one. */
export function ediscoveryIntake(raw: string, context: ReadContext): Intake {
  const row = csvTableRow(raw, context)
  const itemClass = row.word('itemclass')
  const id = idOf(row)
  if (itemClass === null && id === null && row.word('compoundpath', 'targetpath') === null)
    return unmappedIntake(raw, context, 'no column of an eDiscovery items report')
  if (isNotAboutAi(itemClass))
    return {
      facts: { ...emptyFacts(context.format), ...told(row, itemClass, 'other') },
      notAi: `eDiscovery/items/${itemClass}`,
    }
  const kind = rowKindOf(row, itemClass)
  const facts = { ...emptyFacts(context.format), ...told(row, itemClass, kind) }
  return { facts, notAi: null }
}

/** Reports of the time before Purview's new eDiscovery name an item so. */
function idOf(row: TableRow): string | null {
  return row.word('immutableid', 'itemidentity')
}

function told(row: TableRow, itemClass: string | null, rowKind: RowKind): Partial<Facts> {
  const id = idOf(row)
  const thread = threadOf(id, row.word('modernattachmentparentid', 'parentid'))
  const surface = itemClass === null ? null : canonicalSurface(itemClass)
  const occurredAt = timeOf(row)
  const mailbox = mailboxOf(row)
  const sender = senderOf(row)
  const custodian = mailbox === null ? null : personOf(mailbox)
  return {
    nativeId: id === null || id.length > MAX_ID ? null : id,
    kind: KINDS[rowKind],
    recordType: itemClass ?? '',
    workload: row.word('workload', 'location') ?? '',
    occurredAt,
    user: rowKind === 'document' ? custodian : (sender.person ?? custodian),
    ...(custodian === null ? {} : { custodian }),
    surface,
    servedSurface: itemClass,
    sessionId: thread?.id ?? null,
    agent: rowKind === 'document' ? null : agentOf(itemClass, sender.application),
    messages: rowKind === 'message' ? [messageOf(row, sender, occurredAt)] : [],
    resources: rowKind === 'document' ? [documentOf(row)] : [],
    labels: labelsOf(row),
    text: wordsOf(row, rowKind),
    ...(rowKind === 'document' ? { marks: ['attached-document'] } : {}),
  }
}

const KINDS = {
  message: 'interaction',
  conversation: 'conversation',
  document: 'attachment',
  other: 'other',
} as const

/** Placeholders of what has no date: ZIP's first days, and .NET's. */
function timeOf(row: TableRow): string | null {
  for (const column of [
    'date',
    'emaildatesent',
    'sent',
    'received',
    'emaildatereceived',
    'receivedorcreated',
    'created',
  ]) {
    const time = parseTime(row.word(column))
    if (time !== null && !time.startsWith('1980-01-0') && !time.startsWith('1970-01-01'))
      return time
  }
  return null
}

interface Sender {
  /** Of a message from a person. */
  readonly person: Person | null
  /** Of a message from Copilot or an agent: its name. */
  readonly application: string | null
  readonly several: boolean
}

function senderOf(row: TableRow): Sender {
  const served = row.word('sender', 'emailsender', 'senderauthor', 'senderorcreatedby')
  const names = (served ?? '').split(';').flatMap((name) => name.trim() || [])
  const person = names.find((name) => name.includes('@'))
  return {
    person: person === undefined ? null : personOf(person),
    application: names.find((name) => !name.includes('@')) ?? null,
    several: new Set(names).size > 1,
  }
}

/** `name@contoso.com`, or `Name <name@contoso.com>`. */
function personOf(served: string): Person {
  const [, name = '', address] = /^([^<]*)<([^<>]+)>$/.exec(served) ?? []
  const upn = (address ?? served).trim().toLowerCase()
  const shown = name.trim()
  return { objectId: null, upn, name: shown === '' || shown.includes('@') ? null : shown }
}

/** Whose mailbox the row was found in. */
function mailboxOf(row: TableRow): string | null {
  for (const column of ['itemsource', 'sourceid', 'locationname', 'custodian']) {
    const word = row.word(column)
    if (word !== null && /^[^\s@/;]+@[^\s@/;]+$/.test(word)) return word
  }
  return null
}

function messageOf(row: TableRow, sender: Sender, at: string | null): Message {
  const title = titleOf(row)
  const fromPerson = sender.person !== null
  const fromCopilot = sender.application !== null
  return {
    id: row.word('internetmessageid', 'emailmessageid') ?? '',
    role: fromPerson === fromCopilot ? null : fromPerson ? 'prompt' : 'answer',
    // The report holds a title of some 50 characters, not the text.
    text: null,
    at,
    automatic: title?.toLowerCase().startsWith('[autogenerated]') === true ? true : null,
    jailbreak: null,
    etag: null,
  }
}

function documentOf(row: TableRow): Resource {
  const url = firstUrl(row)
  const ending = row.word('fileextension', 'originalfileextension', 'nativeextension')
  const id = guid(row.word('spouniqueid'))
  return {
    id,
    name: row.word('filename', 'nativefilename', 'title', 'doctitle', 'subjecttitle'),
    url,
    site: url === null ? null : siteOf(url),
    type: ending?.replace(/^\./, '').toLowerCase() ?? null,
    action: null,
    status: null,
    labelId: guid(row.word('sensitivitylabel')),
    xpia: null,
    dlp: null,
    policies: [],
    origin: 'attachment',
    place: url === null ? 'tenant' : placeOf(url, ending, id, null),
  }
}

function firstUrl(row: TableRow): string | null {
  for (const column of [
    'spodocumentlink',
    'preservationoriginalurl',
    'originalpath',
    'compoundpath',
  ]) {
    const word = row.word(column)
    if (word !== null && /^https?:\/\//i.test(word)) return word
  }
  return null
}

function agentOf(itemClass: string | null, name: string | null): Agent | null {
  if (name === null || itemClass === null || !/\.(?:studio|connectedaiapp)\./i.test(itemClass))
    return null
  return { id: null, key: null, name, appIdentity: null, kind: 'unknown', origin: 'unknown' }
}

function labelsOf(row: TableRow): readonly string[] {
  const label = guid(row.word('sensitivitylabel'))
  return label === null ? [] : [label]
}

function titleOf(row: TableRow): string | null {
  return row.word(
    'subjecttitle',
    'subjectortitle',
    'subject',
    'emailsubject',
    'conversationname',
    'title',
    'doctitle',
  )
}

/** What a person may look for: the title, which begins as the first prompt does, and a file's name. */
function wordsOf(row: TableRow, rowKind: RowKind): string {
  const words = [
    titleOf(row),
    row.word('conversationname'),
    ...(rowKind === 'document' ? [row.word('filename', 'nativefilename')] : []),
    row.word('meetingname'),
    row.word('teamname'),
  ]
  return [...new Set(words.filter((word) => word !== null))].join('\n')
}
