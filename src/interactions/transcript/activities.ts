import { isAutomatic } from '../automatic.ts'
import { readable, textOfCard, type CitedLink } from '../card-text.ts'
import {
  fieldsOf,
  flag,
  guid,
  isFields,
  listOf,
  parsedFields,
  word,
  type Fields,
} from '../fields.ts'
import type { Flag, Mark, Message, Person, Role } from '../record.ts'
import { searchableText } from '../searchable-text.ts'
import { parseTime } from '../times.ts'

/** What the activities of one transcript say together. */
export interface Conversation {
  readonly messages: readonly Message[]
  readonly links: readonly CitedLink[]
  readonly person: Person | null
  /** What the agent calls itself. */
  readonly agentName: string | null
  readonly conversationId: string | null
  readonly channel: string | null
  readonly tenantId: string | null
  readonly locale: string | null
  readonly startedAt: string | null
  readonly marks: readonly Mark[]
  /** Agents and tools that were called. */
  readonly tools: readonly string[]
  readonly text: string
}

/** A transcript that lists more is hostile or broken. */
const MAX_ACTIVITIES = 20_000
const MAX_CHARACTERS = 65_536

/** The activities in a `content` column: an object, its JSON, or the bare list; null when it holds none. */
export function activitiesOf(content: unknown): readonly unknown[] | null {
  if (Array.isArray(content)) return content
  const fields = fieldsOf(content)
  if (fields !== null) {
    const activities = fields['activities'] ?? fields['Activities']
    return Array.isArray(activities) ? activities : null
  }
  if (typeof content !== 'string' || !content.trimStart().startsWith('[')) return null
  return listOf(parsedFields(`{"list":${content}}`)?.['list'])
}

const SPEAKER = /(?:^|[;\n])\s*(User|Bot|Agent|Copilot) says:/i

/** The turns of a session as Copilot Studio's analytics write them: `User says: Hi; Bot says: Hello`; null when there are none. */
export function spokenIn(text: string | null): readonly unknown[] | null {
  const [before, ...parts] = text?.split(SPEAKER) ?? []
  if (parts.length === 0 || before?.trim() !== '') return null
  const turns: unknown[] = []
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const role = parts[i]?.toLowerCase() === 'user' ? 'user' : 'bot'
    turns.push({ type: 'message', from: { role }, text: (parts[i + 1] ?? '').trim() })
  }
  return turns
}

/** Messages become turns; traces and events say how the conversation went. */
export function conversationOf(activities: readonly unknown[]): Conversation {
  const reading = new Reading()
  for (const activity of activities.slice(0, MAX_ACTIVITIES))
    if (isFields(activity)) reading.take(activity)
  return reading.conversation()
}

class Reading {
  readonly #messages: Message[] = []
  readonly #links: CitedLink[] = []
  readonly #tools = new Set<string>()
  readonly #words: string[] = []
  #characters = MAX_CHARACTERS
  #person: Person | null = null
  #agentName: string | null = null
  #conversationId: string | null = null
  #channel: string | null = null
  #tenantId: string | null = null
  #locale: string | null = null
  #startedAt: string | null = null
  #design: Flag = null
  #filtered = false

  take(activity: Fields): void {
    const from = isFields(activity['from']) ? activity['from'] : null
    const role = roleOf(from?.['role'])
    const at = timeOf(activity)
    const data = fieldsOf(activity['channelData'])
    const conversation = isFields(activity['conversation']) ? activity['conversation'] : null
    if (at !== null && (this.#startedAt === null || at < this.#startedAt)) this.#startedAt = at
    this.#channel ??= word(activity['channelId'])
    this.#conversationId ??= word(conversation?.['id'])
    this.#tenantId ??= guid(data?.['tenant']) ?? guid(conversation?.['tenantId'])
    this.#locale ??= word(activity['locale'])
    if (from !== null && role !== 'answer') this.#meet(from, role)
    if (role === 'answer') this.#agentName ??= word(from?.['name'])
    if (activity['type'] === 'message') this.#say(activity, role, at, data)
    else this.#note(activity)
  }

  conversation(): Conversation {
    const marks: Mark[] = []
    const inTestPane = this.#channel?.toLowerCase() === 'pva-studio'
    if (this.#design === true || (this.#design === null && inTestPane)) marks.push('test-traffic')
    if (this.#filtered) marks.push('content-filtered')
    return {
      messages: this.#messages,
      links: this.#links,
      person: this.#person,
      agentName: this.#agentName,
      conversationId: this.#conversationId,
      channel: this.#channel,
      tenantId: this.#tenantId,
      locale: this.#locale,
      startedAt: this.#startedAt,
      marks,
      tools: [...this.#tools],
      text: this.#words.join(' '),
    }
  }

  /** A channel's own id of a person is no directory id: only `aadObjectId` is. */
  #meet(from: Fields, role: Role | null): void {
    const objectId = guid(from['aadObjectId'])
    if (role === null && objectId === null) return
    if (this.#person !== null && (this.#person.objectId !== null || objectId === null)) return
    const id = word(from['id'])
    const shown = word(from['name'])
    const upn = [shown, id].find((one) => one !== null && /^[^\s@:]+@[^\s@]+$/.test(one)) ?? null
    const other =
      shown ?? (upn === null && objectId === null ? (word(from['aadObjectId']) ?? id) : null)
    const name = other === upn ? null : other
    if (objectId === null && upn === null && name === null) return
    this.#person = { objectId, upn: upn?.toLowerCase() ?? null, name }
  }

  #say(activity: Fields, role: Role | null, at: string | null, data: Fields | null): void {
    const text = this.#textOf(activity)
    const triggered = data !== null && isFields(data['triggerTest'])
    this.#messages.push({
      id: word(activity['id']) ?? '',
      role,
      text,
      at,
      // A flow that starts an agent speaks in the role of a user.
      automatic: triggered ? true : isAutomatic(text, role, null),
      jailbreak: null,
      etag: null,
    })
  }

  #textOf(activity: Fields): string | null {
    const served = activity['text']
    let text =
      typeof served === 'string' && served.length > 0 ? readable(served, this.#links) : null
    for (const attachment of listOf(activity['attachments'])) {
      if (!isFields(attachment)) continue
      const { content, contentType } = attachment
      if (typeof contentType !== 'string' || !contentType.includes('card')) continue
      const json = typeof content === 'string' ? content : JSON.stringify(content ?? null)
      const card = textOfCard(json, this.#links)
      if (card === null || card.length === 0 || card === text) continue
      text = text === null ? card : `${text}\n${card}`
    }
    return text
  }

  #note(activity: Fields): void {
    const value = fieldsOf(activity['value'])
    const kind = word(activity['valueType']) ?? word(activity['name'])
    if (kind !== null) this.#add(kind)
    if (value === null) return
    if (kind === 'ConversationInfo') {
      this.#design ??= flag(value['isDesignMode'])
      this.#locale ??= word(value['locale'])
    }
    const state = `${word(value['gptAnswerState']) ?? ''} ${word(value['errorCode']) ?? ''}`
    if (/^filtered\b|content_?filter/i.test(state)) this.#filtered = true
    const tool = word(value['connectedAgentBotSchemaName']) ?? word(value['taskDialogId'])
    if (tool !== null && this.#tools.size < 1_000) this.#tools.add(tool)
    if (this.#characters > 0) this.#add(searchableText(value))
  }

  #add(words: string): void {
    if (this.#characters <= 0 || words === '' || this.#words.at(-1) === words) return
    this.#words.push(words.slice(0, this.#characters))
    this.#characters -= words.length + 1
  }
}

/** `user` and `bot`, or 1 and 0. */
function roleOf(served: unknown): Role | null {
  const role = word(served)?.toLowerCase()
  if (role === 'user' || role === '1') return 'prompt'
  return role === 'bot' || role === '0' || role === 'agent' ? 'answer' : null
}

/** Seconds since 1970, milliseconds in `timestampMs`, or a written time. */
function timeOf(activity: Fields): string | null {
  const ms = numberOf(activity['timestampMs'])
  if (ms !== null) return written(ms)
  const served = activity['timestamp']
  const seconds = numberOf(served)
  if (seconds === null) return parseTime(served) ?? parseTime(activity['localTimestamp'])
  // Thirteen digits are milliseconds, whatever the field is called.
  return written(seconds > 1e11 ? seconds : seconds * 1_000)
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d{9,16}$/.test(value) ? Number(value) : null
}

function written(ms: number): string | null {
  return ms > 0 && ms < 4e12 ? new Date(ms).toISOString() : null
}
