import { agentKey } from '../agents.ts'
import type { CitedLink } from '../card-text.ts'
import { fieldsOf, guid, looksLikeGuid, parsedFields } from '../fields.ts'
import { placeOf, siteOf } from '../places.ts'
import type { Agent, Facts, Intake, ReadContext, Resource } from '../record.ts'
import { csvTableRow, objectTableRow, type TableRow } from '../table-row.ts'
import { surfaceOfChannel } from '../telemetry/channels.ts'
import { parseTime } from '../times.ts'
import { emptyFacts, unmappedIntake } from '../unmapped.ts'
import { activitiesOf, conversationOf, spokenIn, type Conversation } from './activities.ts'

/** What one conversation transcript of Copilot Studio says: a whole conversation with an agent, turn by turn. */
export function transcriptIntake(raw: string, context: ReadContext): Intake {
  const row = rowOf(raw, context)
  if (row === null) return unmappedIntake(raw, context, 'not a JSON object')
  const id = row.word('conversationtranscriptid', 'conversationtranscript', 'sessionid')
  const content = row.value('content')
  const activities =
    activitiesOf(content) ??
    activitiesOf(row.value('activities')) ??
    spokenIn(row.word('chattranscript'))
  if (id === null && activities === null)
    return unmappedIntake(raw, context, 'no column of a conversation transcript')
  const conversation = conversationOf(activities ?? [])
  const facts = factsOf(row, id, conversation, context)
  // An empty content is a transcript without turns; one that is cut is not.
  const isBroken = activities === null && typeof content === 'string' && content.trim() !== ''
  if (!isBroken) return { facts, notAi: null }
  const { text } = unmappedIntake(raw, context, '').facts
  return { facts: { ...facts, unmapped: 'content is not JSON with activities', text }, notAi: null }
}

function rowOf(raw: string, context: ReadContext): TableRow | null {
  if (context.format === 'transcript-csv') return csvTableRow(raw, context)
  const fields = parsedFields(raw)
  return fields === null ? null : objectTableRow(fields)
}

function factsOf(
  row: TableRow,
  id: string | null,
  conversation: Conversation,
  context: ReadContext,
): Facts {
  const named = namedParts(row.word('name'))
  const metadata = objectTableRow(fieldsOf(row.value('metadata')) ?? {})
  const conversationId = conversation.conversationId ?? named.conversation
  return {
    ...emptyFacts(context.format),
    nativeId: id?.toLowerCase() ?? null,
    tenantId: guid(metadata.word('aadtenantid')) ?? conversation.tenantId,
    kind: 'agent-run',
    operation: 'ConversationTranscript',
    workload: row.word('schematype') ?? '',
    occurredAt:
      parseTime(row.word('conversationstarttime', 'startdatetime')) ??
      conversation.startedAt ??
      parseTime(row.word('createdon')),
    user: conversation.person,
    locale: conversation.locale,
    surface: surfaceOfChannel(conversation.channel),
    servedSurface: conversation.channel,
    sessionId: conversationId ?? id?.toLowerCase() ?? null,
    conversationId,
    agent: agentOf(row, metadata, named.bot, conversation),
    messages: conversation.messages,
    resources: conversation.links.map(resourceOf),
    plugins: conversation.tools,
    marks: conversation.marks,
    text: conversation.text,
  }
}

/** Copilot Studio names a transcript `{conversation}_{bot}`. */
function namedParts(name: string | null): {
  readonly conversation: string | null
  readonly bot: string | null
} {
  const split = name?.lastIndexOf('_') ?? -1
  if (name === null || split < 1) return { conversation: null, bot: null }
  const bot = name.slice(split + 1)
  if (!looksLikeGuid(bot)) return { conversation: null, bot: null }
  return { conversation: name.slice(0, split), bot }
}

/** The agent's own columns before what it is called in the conversation. */
function agentOf(
  row: TableRow,
  metadata: TableRow,
  bot: string | null,
  { agentName }: Conversation,
): Agent | null {
  const schema =
    row.word('botconversationtranscriptidschemaname', 'botschemaname', 'schemaname') ??
    metadata.word('botname', 'botschemaname')
  const id =
    metadata.word('botid') ??
    row.word('botid', 'botconversationtranscriptidbotid', 'botconversationtranscriptidvalue') ??
    bot ??
    schema
  const name =
    row.word('botconversationtranscriptidname', 'botname', 'agentname') ?? schema ?? agentName
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

function resourceOf({ url, label }: CitedLink): Resource {
  return {
    id: null,
    name: label,
    url,
    site: siteOf(url),
    type: null,
    action: null,
    status: null,
    labelId: null,
    xpia: null,
    dlp: null,
    policies: [],
    origin: 'link',
    place: placeOf(url, null, null, null),
  }
}
