// Reads a generated corpus back with nothing but JSON.parse and a CSV reader of its own, groups its records into
// items by the ids they share, and answers queries by looking at every item: slow, plain, and not our product's code.
import type { CorpusFacts } from '../src/tenant/history/corpus-facts.ts'
import type { FileSink } from '../src/tenant/history/history-files.ts'

export interface ReadItem {
  /** Ids by which records find it. */
  readonly keys: string[]
  readonly days: string[]
  readonly upns: string[]
  readonly sessions: string[]
  readonly auditIds: string[]
  readonly prompts: string[]
  readonly answers: string[]
  readonly fileNames: string[]
  readonly labels: string[]
  readonly flags: Set<string>
  readonly auditFileDays: number[]
  readonly textFileDays: number[]
}

export interface ReadCorpus {
  readonly facts: CorpusFacts
  readonly items: readonly ReadItem[]
  readonly counted: CorpusFacts['expected']
}

const NOT_AI = new Set([6, 8, 15, 50])

/** What lies at a path of a parsed record; undefined if there is nothing. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Reflect.get(found, name)
  }
  return found
}

const listAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

const textAt = (value: unknown, ...path: readonly string[]): string => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

const parse = (json: string): unknown => JSON.parse(json)

export function readBack(make: (sink: FileSink) => CorpusFacts): ReadCorpus {
  const items = new Map<string, ReadItem>()
  const contents = new Map<string, Set<string>>()
  const counted = { read: 0, added: 0, repeated: 0, versions: 0, notAi: 0 }
  const take = (record: unknown, fileDay: number): void => {
    counted.read += 1
    if (NOT_AI.has(Number(at(record, 'RecordType')))) {
      counted.notAi += 1
      return
    }
    const key = textAt(record, 'Id') || `${textAt(record, 'sessionId')} ${textAt(record, 'id')}`
    const content = plain(record)
    const known = contents.get(key)
    if (known?.has(content)) counted.repeated += 1
    else counted.added += 1
    if (known && !known.has(content)) counted.versions += 1
    contents.set(key, (known ?? new Set()).add(content))
    if (!known) tell(itemOf(items, keysOf(record)), record, fileDay)
  }
  const facts = make((path, bytes) => {
    const fileDay = Date.parse(/\d{4}-\d\d-\d\d/.exec(path)?.[0] ?? '') / 86_400_000
    for (const record of recordsOf(path, Buffer.from(bytes).toString())) take(record, fileDay)
  })
  return { facts, items: [...new Set(items.values())], counted }
}

function recordsOf(path: string, text: string): readonly unknown[] {
  if (path.startsWith('graph/')) return listAt(parse(text), 'value')
  if (path.startsWith('purview/')) return csvRows(text).map((row) => parse(row[5] ?? ''))
  if (text.startsWith('[')) return listAt({ records: parse(text) }, 'records')
  return text.trimEnd().split('\n').map(parse)
}

function csvRows(text: string): string[][] {
  const rows: string[][] = []
  for (let place = 0; place < text.length;) {
    const row: string[] = []
    for (let more = true; more;) {
      let cell = ''
      if (text[place] === '"') {
        for (place += 1; text[place] !== '"' || text[place + 1] === '"'; place++) {
          cell += text[place]
          if (text[place] === '"') place += 1
        }
        place += 1
      } else for (; text[place] !== ',' && text[place] !== '\r'; place++) cell += text[place]
      row.push(cell)
      more = text[place] === ','
      place += more ? 1 : 2
    }
    rows.push(row)
  }
  const [header, ...records] = rows
  if (header?.length !== 8 || records.some((row) => row.length !== 8)) throw new Error('Odd CSV')
  return records
}

/** The record without OData noise and with arrays as sets. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).toSorted().join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([name]) => !name.includes('@odata.'))
  return `{${members
    .map(([name, member]) => `${name}:${plain(member)}`)
    .toSorted()
    .join(',')}}`
}

/** The ids that a record shares with the others of its item. */
function keysOf(record: unknown): string[] {
  const session = textAt(record, 'sessionId')
  const event = at(record, 'CopilotEventData')
  if (session !== '') {
    return [`${session} ${textAt(record, 'id')}`, `request ${textAt(record, 'requestId')}`]
  }
  const thread = textAt(event, 'ThreadId')
  const keys = listAt(event, 'Messages').map((message) => `${thread} ${textAt(message, 'Id')}`)
  const conversation = textAt(event, 'ConversationId')
  if (conversation !== '') keys.push(`conversation ${conversation}`)
  return keys.length === 0 ? [`record ${textAt(record, 'Id')}`] : keys
}

function itemOf(items: Map<string, ReadItem>, keys: readonly string[]): ReadItem {
  const parts = new Set(keys.flatMap((key) => items.get(key) ?? []))
  const [item = emptyItem(), ...others] = parts
  for (const other of others) merge(item, other)
  item.keys.push(...keys)
  for (const key of item.keys) items.set(key, item)
  return item
}

function emptyItem(): ReadItem {
  return {
    keys: [],
    days: [],
    upns: [],
    sessions: [],
    auditIds: [],
    prompts: [],
    answers: [],
    fileNames: [],
    labels: [],
    flags: new Set(),
    auditFileDays: [],
    textFileDays: [],
  }
}

function merge(into: ReadItem, other: ReadItem): void {
  into.keys.push(...other.keys)
  into.days.push(...other.days)
  into.upns.push(...other.upns)
  into.sessions.push(...other.sessions)
  into.auditIds.push(...other.auditIds)
  into.prompts.push(...other.prompts)
  into.answers.push(...other.answers)
  into.fileNames.push(...other.fileNames)
  into.labels.push(...other.labels)
  into.auditFileDays.push(...other.auditFileDays)
  into.textFileDays.push(...other.textFileDays)
  for (const flag of other.flags) into.flags.add(flag)
}

function tell(item: ReadItem, record: unknown, fileDay: number): void {
  const event = at(record, 'CopilotEventData')
  const audit = textAt(record, 'Id') !== ''
  item.days.push((textAt(record, 'createdDateTime') || textAt(record, 'CreationTime')).slice(0, 10))
  item.sessions.push(textAt(record, 'sessionId') || textAt(event, 'ThreadId'))
  if (audit) {
    item.upns.push(textAt(record, 'UserId'))
    item.auditIds.push(textAt(record, 'Id'))
    item.auditFileDays.push(fileDay)
  } else item.textFileDays.push(fileDay)
  if (textAt(record, 'interactionType') === 'userPrompt') item.prompts.push(textOf(record))
  if (textAt(record, 'interactionType') === 'aiResponse') item.answers.push(textOf(record))
  for (const link of listAt(record, 'links')) item.fileNames.push(textAt(link, 'displayName'))
  for (const resource of listAt(event, 'AccessedResources')) {
    item.fileNames.push(textAt(resource, 'Name'))
    item.labels.push(textAt(resource, 'SensitivityLabelId'))
    if (at(resource, 'XPIADetected') === true) item.flags.add('xpia:true')
    if (JSON.stringify(resource).includes('"RuleMode":"Enforce"')) item.flags.add('dlp:blocked')
  }
  const messages = listAt(event, 'Messages')
  if (messages.some((message) => at(message, 'JailbreakDetected') === true)) {
    item.flags.add('jailbreak:true')
  }
  if (JSON.stringify(event ?? '').includes('BingWebSearch')) item.flags.add('web:true')
}

function textOf(record: unknown): string {
  const card = textAt(listAt(record, 'attachments')[0], 'content')
  if (card === '') return textAt(record, 'body', 'content')
  const blocks = listAt(parse(card), 'body').map((block) => textAt(block, 'text'))
  const [linked = '', noted = ''] = blocks
  const bare = linked.replaceAll(/\[\d\]\([^)]*\)/g, '')
  if (bare !== noted.replaceAll(/\[\^\d\^\]/g, ''))
    throw new Error('The two texts of a card differ')
  return bare
}

/** The items that a query of the corpus's facts finds: terms joined by AND. */
export function answer(corpus: ReadCorpus, kql: string): readonly ReadItem[] {
  const terms = kql.split(' AND ').map(termOf)
  return corpus.items.filter((item) => terms.every((matches) => matches(item)))
}

function termOf(term: string): (item: ReadItem) => boolean {
  const [, property = '', value = ''] = /^(\w+):"?([^"]*)"?$/.exec(term) ?? []
  const [from = '', to = ''] = value.split('..')
  switch (property) {
    case 'jailbreak':
    case 'xpia':
    case 'dlp':
    case 'web':
      return (item) => item.flags.has(term)
    case 'user':
      return (item) => item.upns.includes(value)
    case 'file':
      return (item) => item.fileNames.includes(value)
    case 'label':
      return (item) => item.labels.includes(value)
    case 'session':
      return (item) => item.sessions.includes(value)
    case 'id':
      return (item) => item.auditIds.includes(value)
    case 'date':
      return (item) => item.days.every((day) => day >= from && day <= to)
    default:
      return textTerm(term)
  }
}

function textTerm(term: string): (item: ReadItem) => boolean {
  if (term === '*') return () => true
  if (/[\u3000-\u9fff]/.test(term)) return (item) => textsOf(item).includes(term)
  const wanted = term.replaceAll('"', '').split(' ')
  const start = (wanted[0] ?? '').replace('*', '')
  return (item) => {
    if (!textsOf(item).includes(start)) return false
    const words = textsOf(item).split(/[^\p{L}\p{N}]+/u)
    if (term.endsWith('*')) return words.some((word) => word.startsWith(term.slice(0, -1)))
    return words.some((_, first) => wanted.every((word, n) => words[first + n] === word))
  }
}

const lowered = new WeakMap<ReadItem, string>()

function textsOf(item: ReadItem): string {
  const known = lowered.get(item)
  if (known !== undefined) return known
  const text = [...item.prompts, ...item.answers].join('\n').toLowerCase()
  lowered.set(item, text)
  return text
}
