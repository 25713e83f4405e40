import type { ItemMessage } from './item.ts'
import { timeOf, timeOfMessageId } from './link.ts'
import { byTime, compare, eitherFlag, type Told } from './merge-told.ts'
import type { Flag, Message, Role } from './record.ts'
import { contradicts } from './merge-versions.ts'

/** What the records of one item say about its messages. */
export interface MergedMessages {
  readonly messages: readonly ItemMessage[]
  /** Records that tell of messages. */
  readonly from: number[]
  /** When the first prompt was said, else the first message with a time; null when none has one. */
  readonly said: { readonly at: string; readonly sequence: number } | null
  /** Messages that an audit record lists. */
  readonly audited: ReadonlySet<string>
  /** Records that contradict each other, by what they contradict each other in. */
  readonly roleDiffers: number[]
  readonly textDiffers: number[]
  readonly jailbreakDiffers: number[]
}

interface Draft {
  readonly id: string
  role: Role | null
  roleFromText: boolean
  text: string | null
  /** Of the record that the text is from; -1 without etag. */
  etag: number
  at: string | null
  atFromText: boolean
  atSequence: number
  /** For the order: its own time, else by its id, else its first record's. */
  order: number
  automatic: Flag
  jailbreak: Flag
  readonly sequences: number[]
}

/** One message per id, the text from the record changed last; sorted as they were said. */
export function mergeMessages(tellings: readonly Told[]): MergedMessages {
  const drafts = new Map<string, Draft>()
  const merged = {
    from: [] as number[],
    audited: new Set<string>(),
    roleDiffers: [] as number[],
    textDiffers: [] as number[],
    jailbreakDiffers: [] as number[],
  }
  for (const told of tellings) {
    const { messages, namespace } = told.facts
    if (messages.length > 0) merged.from.push(told.sequence)
    const audit = namespace === 'audit'
    for (const message of messages) {
      if (audit) merged.audited.add(message.id)
      const draft = drafts.get(message.id)
      if (draft === undefined) drafts.set(message.id, draftOf(message, told))
      else addTo(draft, message, told, merged)
    }
  }
  const all = [...drafts.values()]
  return { ...merged, said: firstSaid(all, true) ?? firstSaid(all, false), messages: inOrder(all) }
}

function firstSaid(drafts: readonly Draft[], promptsOnly: boolean): MergedMessages['said'] {
  let first: MergedMessages['said'] = null
  let earliest = Infinity
  for (const { at, atSequence, role } of drafts) {
    if (at === null || (promptsOnly && role !== 'prompt')) continue
    const moment = timeOf(at)
    if (moment < earliest) {
      earliest = moment
      first = { at, sequence: atSequence }
    }
  }
  return first
}

function draftOf(message: Message, told: Told): Draft {
  const own = told.facts.namespace !== 'audit'
  return {
    id: message.id,
    role: message.role,
    roleFromText: own,
    text: told.superseded ? null : message.text,
    etag: etagOf(message),
    at: message.at,
    atFromText: own,
    atSequence: told.sequence,
    order: told.at,
    automatic: message.automatic,
    jailbreak: message.jailbreak,
    sequences: [told.sequence],
  }
}

function addTo(
  draft: Draft,
  message: Message,
  told: Told,
  differs: Pick<MergedMessages, 'roleDiffers' | 'textDiffers' | 'jailbreakDiffers'>,
): void {
  if (draft.sequences.at(-1) !== told.sequence) draft.sequences.push(told.sequence)
  if (contradicts(draft.jailbreak, message.jailbreak) && !told.superseded)
    differs.jailbreakDiffers.push(told.sequence, ...draft.sequences.slice(0, 1))
  draft.jailbreak = eitherFlag(draft.jailbreak, message.jailbreak)
  draft.automatic = eitherFlag(draft.automatic, message.automatic)
  if (told.superseded) return

  // The record that carries the text knows its own role and time better than the one that lists it.
  const own = told.facts.namespace !== 'audit'
  if (draft.role !== null && message.role !== null && draft.role !== message.role)
    differs.roleDiffers.push(told.sequence, ...draft.sequences.slice(0, 1))
  if (message.role !== null && (draft.role === null || (own && !draft.roleFromText))) {
    draft.role = message.role
    draft.roleFromText = own
  }
  if (message.at !== null && (draft.at === null || (own && !draft.atFromText))) {
    draft.at = message.at
    draft.atFromText = own
    draft.atSequence = told.sequence
  }
  if (message.text === null) return
  const etag = etagOf(message)
  if (draft.text !== null && draft.text !== message.text)
    differs.textDiffers.push(told.sequence, ...draft.sequences.slice(0, 1))
  if (draft.text === null || etag > draft.etag) {
    draft.text = message.text
    draft.etag = etag
  }
}

function inOrder(drafts: Draft[]): ItemMessage[] {
  if (drafts.length > 1) {
    for (const draft of drafts) draft.order = momentOf(draft)
    drafts.sort((a, b) => byTime(a.order, b.order) || rankOf(a) - rankOf(b) || compare(a.id, b.id))
    promptFirst(drafts)
  }
  return drafts.map(({ id, role, text, at, automatic, jailbreak, sequences }) => ({
    id,
    role,
    text,
    at,
    automatic,
    jailbreak,
    sequences: sequences.length > 1 ? sequences.toSorted((a, b) => a - b) : sequences,
  }))
}

/** Ids and times come from different machines: an answer may carry an earlier one than the only prompt it can answer. */
function promptFirst(drafts: Draft[]): void {
  const first = drafts.findIndex(({ role }) => role === 'prompt')
  if (first <= 0 || drafts.findLastIndex(({ role }) => role === 'prompt') !== first) return
  drafts.unshift(...drafts.splice(first, 1))
}

function momentOf({ at, id, order }: Draft): number {
  const said = timeOf(at)
  if (!Number.isNaN(said)) return said
  const byId = timeOfMessageId(id)
  return Number.isNaN(byId) ? order : byId
}

function rankOf({ role }: Draft): number {
  if (role === 'prompt') return 0
  return role === 'answer' ? 1 : 2
}

function etagOf({ etag }: Message): number {
  const at = etag === null ? NaN : Number(etag)
  return Number.isNaN(at) ? -1 : at
}
