// What Copilot Studio's agents log: a pure function of seed and hour, with customDimensions as an object or as JSON in a
// string, and both spellings of the design mode.
import { Random } from '../../history/random.ts'
import type { Cast } from '../../history/cast.ts'
import type { TelemetryEvent } from '../graph/tenant-view.ts'

export const TELEMETRY_APP = '5d0a4c1e-8f2b-4b6d-9c3a-1e7f60d2a948'

const HOUR_MS = 3_600_000
const CONVERSATIONS_AN_HOUR = 4
const CHANNELS = [
  'msteams',
  'msteams',
  'directline',
  'webchat',
  'm365copilot',
  'pva-studio',
] as const
const ASKED = [
  'How many days of leave do I have?',
  'Where is the travel policy?',
  'Open a ticket for my laptop',
  'Who approves invoices?',
] as const
const ANSWERED = [
  'You will find it in the handbook, section four.',
  'I have opened a ticket for you.',
  'Your manager approves invoices below 5,000.',
] as const

/** Half-open, by when it happened, in that order within each hour. */
export function* telemetryOf(
  seed: number,
  cast: Cast,
  fromMs: number,
  toMs: number,
): Generator<TelemetryEvent> {
  for (let hour = Math.floor(fromMs / HOUR_MS); hour * HOUR_MS < toMs; hour++)
    for (const event of hourOf(seed, cast, hour))
      if (event.occurredMs >= fromMs && event.occurredMs < toMs) yield event
}

function hourOf(seed: number, cast: Cast, hour: number): readonly TelemetryEvent[] {
  const random = new Random().seed(seed, hour, 0x6170, 0x7069)
  const events: TelemetryEvent[] = []
  for (let n = 0; n < CONVERSATIONS_AN_HOUR; n++) {
    const startMs = hour * HOUR_MS + random.below(HOUR_MS - 60_000)
    const talk = conversation(random, cast)
    talk.forEach(({ name, dimensions, asText }, step) => {
      const occurredMs = startMs + step * 1_700
      const row = {
        timestamp: new Date(occurredMs).toISOString(),
        name,
        customDimensions: asText ? JSON.stringify(dimensions) : dimensions,
        operation_Id: random.guid().replaceAll('-', ''),
        user_Id: null,
        cloud_RoleName: 'Microsoft Copilot Studio',
        client_Type: 'PC',
        appId: TELEMETRY_APP,
        appName: 'contoso-agents',
        itemId: random.guid(),
        itemCount: 1,
      }
      // Ingestion takes some minutes.
      const availableMs = occurredMs + 60_000 + random.below(240_000)
      events.push({
        appId: TELEMETRY_APP,
        id: row.itemId,
        occurredMs,
        availableMs,
        bytes: () => Buffer.from(JSON.stringify(row)),
      })
    })
  }
  return events.toSorted((a, b) => a.occurredMs - b.occurredMs)
}

interface Step {
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly asText: boolean
}

function conversation(random: Random, cast: Cast): readonly Step[] {
  const member = cast.members[random.below(cast.members.length)]
  const agent = cast.agents[4 * random.below(Math.floor(cast.agents.length / 4))]
  const channelId = random.pick(CHANNELS)
  const conversationId = random.guid()
  const asText = random.chance(0.5)
  const mode = channelId === 'pva-studio' ? 'True' : 'False'
  const design: Readonly<Record<string, string>> = random.chance(0.5)
    ? { DesignMode: mode }
    : { designMode: mode }
  const common = { channelId, conversationId, ...design }
  // Unless "Log sensitive Activity properties" is on, nothing says who it was or what was said.
  const isSensitive = random.chance(7 / 8)
  const message = (who: { id: string; name: string }, text: string, type = 'message') => ({
    ...common,
    type,
    activityId: random.guid(),
    ...(isSensitive ? { fromId: who.id, fromName: who.name } : {}),
    locale: 'en-US',
    ...(isSensitive && type === 'message' ? { text } : {}),
  })
  const person = { id: member?.objectId ?? '', name: member?.upn ?? '' }
  const bot = { id: agent?.runtimeId ?? '', name: agent?.name ?? '' }
  const topic = { TopicName: 'Greeting', TopicId: `${agent?.schemaName ?? 'agent'}.topic.Greeting` }
  const action = { ...topic, Kind: 'SendActivity', ActionId: `sendMessage_${random.token(3)}` }
  const asked = random.pick(ASKED)
  const sent = message(bot, random.pick(ANSWERED))
  const isGenerative = random.chance(0.5)
  const run = { AgentType: 'Generative', AgentInputs: JSON.stringify({ topic: topic.TopicName }) }
  const steps: [boolean, string, Readonly<Record<string, string>>][] = [
    [random.chance(1 / 8), 'BotMessageReceived', message(person, '', 'installationUpdate')],
    [isGenerative, 'AgentStarted', { ...common, ...run }],
    [true, 'BotMessageReceived', message(person, asked)],
    [true, 'TopicStart', { ...common, ...topic }],
    [true, 'TopicAction', { ...common, ...action }],
    [random.chance(1 / 12), 'Action', { ...common, ...action, ErrorCodeText: 'ContentFiltered' }],
    [
      isGenerative,
      'GenerativeAnswers',
      { ...common, ...topic, Message: isSensitive ? asked : '', Result: 'Answered' },
    ],
    [true, 'BotMessageSend', sent],
    [
      random.chance(1 / 6),
      'BotMessageUpdate',
      { ...sent, ...('text' in sent ? { text: `${sent.text} (updated)` } : {}) },
    ],
    [random.chance(1 / 24), 'BotMessageDelete', { ...common, activityId: sent.activityId }],
    [true, 'TopicEnd', { ...common, ...topic }],
    [isGenerative, 'AgentCompleted', { ...common, ...run }],
  ]
  return steps.flatMap(([happens, name, dimensions]) =>
    happens ? [{ name, dimensions, asText }] : [],
  )
}
