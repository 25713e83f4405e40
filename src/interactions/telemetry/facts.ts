import { agentKey } from '../agents.ts'
import { fieldsOf, flag, guid, word } from '../fields.ts'
import type {
  Agent,
  Facts,
  Flag,
  Intake,
  Mark,
  Message,
  Person,
  ReadContext,
  Role,
} from '../record.ts'
import { objectTableRow } from '../table-row.ts'
import { parseTime } from '../times.ts'
import { emptyFacts, unmappedIntake } from '../unmapped.ts'
import { isAutomatic } from '../automatic.ts'
import { surfaceOfChannel } from './channels.ts'
import { telemetryRow, type TelemetryRow } from './columns.ts'

/** What one row of an agent's Application Insights says: a message, a topic, an action, a filter that acted. */
export function telemetryIntake(raw: string, context: ReadContext): Intake {
  const row = telemetryRow(raw, context)
  if (row === null) return unmappedIntake(raw, context, 'not a row of a table')
  const { columns } = row
  const said = sayings(row)
  // The row's own columns, not dimensions that a maker may have called the same.
  const event = objectTableRow(fieldsOf(columns.value('customevent')) ?? {})
  const name = columns.word('name', 'eventname') ?? event.word('name')
  const occurredAt = parseTime(
    columns.word('timestamp', 'timegenerated', 'timestamputc', 'timegeneratedutc', 'time'),
  )
  if (name === null && occurredAt === null && row.dimensions.size === 0)
    return unmappedIntake(raw, context, 'no column of Application Insights')

  const channel = said('channelid')
  const surface = surfaceOfChannel(channel)
  const conversationId = said('conversationid')
  const role = ROLES[(name ?? '').toLowerCase()] ?? null
  const facts: Facts = {
    ...emptyFacts(context.format),
    nativeId: columns.word('itemid') ?? (event.names.length > 0 ? columns.word('id') : null),
    tenantId: tenantOf(row),
    kind: 'agent-run',
    operation: name ?? columns.word('itemtype', 'type') ?? '',
    workload: said('cloudrolename', 'approlename') ?? '',
    occurredAt,
    user: userOf(said, role),
    clientIp: addressOf(said('clientip')),
    locale: said('locale'),
    surface,
    servedSurface: channel,
    sessionId: conversationId ?? said('sessionid'),
    requestId: said('replytoid', 'turnid', 'activityid'),
    conversationId,
    correlationId: said('operationid'),
    agent: agentOf(said, role),
    messages: messagesOf(row, said, role, occurredAt, surface),
    marks: marksOf(said, channel),
    text: wordsOf(row),
  }
  return { facts, notAi: null }
}

/** The first of these names that says anything, in the dimensions, then in the row's own columns. */
type Said = (...names: readonly string[]) => string | null

function sayings({ columns, dimensions }: TelemetryRow): Said {
  return (...names) => {
    for (const name of names) {
      const said = word(dimensions.get(name)) ?? columns.word(name)
      if (said !== null) return said
    }
    return null
  }
}

const ROLES: Readonly<Record<string, Role>> = {
  botmessagereceived: 'prompt',
  botmessagesend: 'answer',
  botmessagesent: 'answer',
  botmessageupdate: 'answer',
}

/** Never of the column TenantId: there it is the id of the workspace. */
function tenantOf({ dimensions }: TelemetryRow): string | null {
  return guid(dimensions.get('tenantid')) ?? guid(dimensions.get('aadtenantid'))
}

function addressOf(served: string | null): string | null {
  // Application Insights masks addresses unless it is told not to.
  return served === '0.0.0.0' ? null : served
}

/** The channel's own id of a person is no directory id: it counts as a name, unless the dimension says otherwise. */
function userOf(said: Said, role: Role | null): Person | null {
  const answers = role === 'answer'
  const objectId = guid(
    said(answers ? 'recipientaadobjectid' : 'fromaadobjectid', 'aadobjectid', 'useraadobjectid'),
  )
  const id = answers ? said('recipientid') : role === null ? null : said('fromid')
  const shown = answers ? said('recipientname') : role === null ? null : said('fromname')
  const other = said('userauthenticatedid', 'userid')
  const upn = [shown, id, other].find(
    (one) => one !== null && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(one),
  )
  const name = shown ?? id ?? other
  if (objectId === null && name === null) return null
  return {
    objectId,
    upn: upn?.toLowerCase() ?? null,
    name: name === upn ? null : name,
  }
}

function agentOf(said: Said, role: Role | null): Agent | null {
  const prompt = role === 'prompt'
  const partner = role === null ? null : said(prompt ? 'recipientid' : 'fromid')
  const id = said('botid', 'agentid', 'botschemaname') ?? partner
  const shown = role === null ? null : said(prompt ? 'recipientname' : 'fromname')
  const name = said('botname', 'agentname') ?? shown ?? said('cloudroleinstance', 'approleinstance')
  if (id === null && name === null) return null
  return {
    id,
    key: id === null ? null : agentKey(id),
    name,
    appIdentity: null,
    kind: 'custom-engine',
    origin: 'customer',
  }
}

function messagesOf(
  { dimensions }: TelemetryRow,
  said: Said,
  role: Role | null,
  at: string | null,
  surface: string | null,
): readonly Message[] {
  const type = word(dimensions.get('type'))
  // An event or an invocation through the channel is no message, whatever the event is called.
  if (role === null || (type !== null && type.toLowerCase() !== 'message')) return []
  const served = dimensions.get('text')
  const text = typeof served === 'string' && served.length > 0 ? served : null
  return [
    {
      id: said('activityid') ?? '',
      role,
      text,
      at,
      automatic: isAutomatic(text, role, surface),
      jailbreak: null,
      etag: null,
    },
  ]
}

function marksOf(said: Said, channel: string | null): readonly Mark[] {
  const marks: Mark[] = []
  const design: Flag = flag(said('designmode', 'isdesignmode'))
  // What the maker's test pane sends is a test, even where the flag is left out.
  if (design === true || (design === null && channel?.toLowerCase() === 'pva-studio'))
    marks.push('test-traffic')
  const event = said('eventtype', 'errorcode', 'errorcodetext') ?? ''
  if (/content_?filter/i.test(event)) marks.push('content-filtered')
  return marks
}

/** Dimensions that are told elsewhere, or that nobody would search for as a word. */
const NOT_WORDS = new Set(
  (
    'text speak type channelid conversationid activityid replytoid turnid fromid fromname recipientid recipientname ' +
    'locale designmode isdesignmode sessionid userid botid agentid tenantid aadtenantid itemid operationid ' +
    'aspnetcoreenvironment developermode'
  ).split(' '),
)
const MAX_CHARACTERS = 65_536

function wordsOf({ dimensions }: TelemetryRow): string {
  const words: string[] = []
  let left = MAX_CHARACTERS
  for (const [name, value] of dimensions) {
    if (left <= 0) break
    if (NOT_WORDS.has(name)) continue
    const said = typeof value === 'object' && value !== null ? JSON.stringify(value) : word(value)
    if (said === null) continue
    words.push(said.slice(0, left))
    left -= said.length + 1
  }
  return words.join(' ')
}
