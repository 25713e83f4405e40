import type { Mark } from './exchange.ts'
import type { Part } from './parts.ts'
import type { ShownFields } from './shown.ts'
import { agentName, counted, excerpt, personName, placeName, second } from './words.ts'

/** What a reader wants to know of a conversation before reading it. Names may be hostile text. */
export interface Summary {
  readonly title: string
  readonly people: readonly string[]
  readonly agents: readonly string[]
  readonly surfaces: readonly string[]
  /** To the second, UTC. */
  readonly from: string
  readonly to: string
  readonly counts: string
  readonly marks: readonly Mark[]
  readonly tenantId: string
  readonly sessionId: string | null
  /** How it begins: the first words of a prompt; '' when no text is known. */
  readonly begins: string
  /** 'part 2 of a conversation that goes on', or ''. */
  readonly part: string
}

/** When it was, in words; one instant is said once. */
export function spanOf({ from, to }: Pick<Summary, 'from' | 'to'>): string {
  return `${from}${from === to ? '' : ` to ${to}`} UTC`
}

export function summaryOf(part: Part, fields: ShownFields): Summary {
  const items = part.items.map((item) => fields.of(item))
  const messages = items.flatMap((item) => item.messages)
  const times = items.map(({ occurredAt }) => occurredAt).toSorted()
  const people = each(items.flatMap(({ custodians }) => custodians.map(personName)))
  const agents = each(items.flatMap((item) => (item.agent === null ? [] : [agentName(item)])))
  const surfaces = each(items.map(placeName))
  const withMessages = items.filter((item) => item.messages.length > 0).length
  return {
    title: titleOf(part, people, agents),
    people,
    agents,
    surfaces,
    from: second(times[0] ?? ''),
    to: second(times.at(-1) ?? ''),
    counts: [
      counted(withMessages, 'exchange'),
      counted(messages.filter(({ role }) => role === 'prompt').length, 'prompt'),
      counted(messages.filter(({ role }) => role === 'answer').length, 'answer'),
      ...(withMessages === items.length ? [] : [counted(items.length - withMessages, 'event')]),
    ].join(' · '),
    marks: marksOf(items),
    tenantId: part.tenantId,
    sessionId: fields.has('session') ? part.sessionId : null,
    begins: excerpt(
      messages.find(({ role, text }) => role === 'prompt' && text !== null)?.text ?? '',
      140,
    ),
    part:
      part.part === 1 && part.isLast
        ? ''
        : `part ${part.part}${part.isLast ? ', the last' : ', goes on in the next'}`,
  }
}

function titleOf(
  { sessionId }: Part,
  people: readonly string[],
  agents: readonly string[],
): string {
  if (sessionId === null) return 'Items without a conversation'
  const who = people.length === 0 ? 'unknown person' : shortList(people)
  return `${who} and ${agents.length === 0 ? 'Copilot' : shortList(agents)}`
}

function shortList(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 2).join(', ')} and ${names.length - 2} others`
}

type Items = ReturnType<ShownFields['of']>[]

function marksOf(items: Items): Mark[] {
  const marks: Mark[] = []
  const add = (tone: Mark['tone'], text: string, is: (item: Items[number]) => boolean) => {
    const count = items.filter(is).length
    if (count > 0) marks.push({ tone, text: count === 1 ? text : `${text} × ${count}` })
  }
  add('alarm', 'jailbreak', ({ jailbreak }) => jailbreak === true)
  add('alarm', 'cross-prompt injection', ({ xpia }) => xpia === true)
  add('alarm', 'DLP blocked', ({ dlp }) => dlp === 'blocked')
  add('notice', 'DLP audited', ({ dlp }) => dlp === 'audited')
  add('notice', 'labelled', ({ labels }) => labels.length > 0)
  add('notice', 'findings', ({ findings }) => findings.length > 0)
  add('notice', 'versions', ({ versions }) => versions > 0)
  add('notice', 'not understood', ({ unmapped }) => unmapped !== null)
  add('plain', 'web', ({ web }) => web === true)
  add('plain', 'automatic', ({ automatic }) => automatic === true)
  return marks
}

function each(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))]
}
