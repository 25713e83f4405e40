import type { Item, ItemMessage } from '../../../../interactions/item.ts'
import { notesOf, type Note } from './notes.ts'
import type { ShownFields } from './shown.ts'
import { agentName, eventName, personName, placeName, recordsText, second } from './words.ts'

/** How loud a mark is: `alarm` must not be overlooked, `notice` is worth a look, `plain` only tells. */
type Tone = 'alarm' | 'notice' | 'plain'

export interface Mark {
  readonly tone: Tone
  readonly text: string
}

/** One thing that was said, or that happened. */
export interface Turn {
  readonly role: 'prompt' | 'answer' | 'event'
  readonly speaker: string
  readonly at: string
  /** null: `missing` says why. */
  readonly text: string | null
  readonly missing: string
  readonly marks: readonly Mark[]
  /** Which records tell it. */
  readonly records: string
}

/** An item as a transcript shows it. All its texts may be hostile. */
export interface Exchange {
  readonly id: string
  readonly ordinal: number
  readonly at: string
  readonly place: string
  readonly marks: readonly Mark[]
  readonly turns: readonly Turn[]
  readonly notes: readonly Note[]
}

/** `ordinal`: the item's place in its conversation, from 1. */
export function exchangeOf(item: Item, ordinal: number, fields: ShownFields): Exchange {
  const shown = fields.of(item)
  return {
    id: item.id,
    ordinal,
    at: second(item.occurredAt),
    place: placeName(shown),
    marks: marksOf(shown),
    turns:
      item.messages.length === 0
        ? [eventTurn(shown)]
        : shown.messages.map((message, at) =>
            turnOf(message, shown, typeof item.messages[at]?.text === 'string'),
          ),
    notes: notesOf(shown),
  }
}

function turnOf(message: ItemMessage, item: Item, hasText: boolean): Turn {
  const marks: Mark[] = []
  if (message.jailbreak === true) marks.push({ tone: 'alarm', text: 'jailbreak' })
  if (message.automatic === true) marks.push({ tone: 'notice', text: 'sent by the application' })
  const role = message.role === 'answer' ? 'answer' : 'prompt'
  return {
    role,
    speaker:
      message.role === null
        ? 'role unknown'
        : role === 'answer'
          ? agentName(item)
          : item.custodians.map(personName).join(', ') || 'unknown person',
    at: second(message.at ?? item.occurredAt),
    text: message.text,
    missing: hasText ? 'The text was left out of this export.' : 'No record carries the text.',
    marks,
    records: recordsText(message.sequences),
  }
}

function eventTurn(item: Item): Turn {
  return {
    role: 'event',
    speaker: eventName(item),
    at: second(item.occurredAt),
    text: item.text === '' ? null : item.text,
    missing: 'An event without text.',
    marks: [],
    records: recordsText(item.sequences),
  }
}

/** What a reader must not overlook about an item. */
function marksOf(item: Item): Mark[] {
  const marks: Mark[] = []
  const add = (tone: Tone, text: string) => marks.push({ tone, text })
  if (item.jailbreak === true) add('alarm', 'jailbreak')
  if (item.xpia === true) add('alarm', 'cross-prompt injection')
  if (item.dlp === 'blocked') add('alarm', 'DLP blocked')
  if (item.dlp === 'audited') add('notice', 'DLP audited')
  if (item.labels.length > 0)
    add('notice', item.labels.length === 1 ? 'labelled' : `${item.labels.length} labels`)
  if (item.findings.length > 0)
    add('notice', item.findings.length === 1 ? '1 finding' : `${item.findings.length} findings`)
  if (item.versions > 0) add('notice', `${item.versions + 1} versions`)
  if (item.unmapped !== null) add('notice', 'not understood')
  if (item.web === true) add('plain', 'web')
  if (item.automatic === true) add('plain', 'automatic')
  return marks
}
