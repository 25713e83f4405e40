import type { ItemMessage } from './item.ts'
import { timeOf, timeOfMessageId } from './link.ts'
import { byTime, compare, eitherFlag, type Told } from './merge-told.ts'
import { contradicts } from './merge-versions.ts'
import type { Flag, Message, Role } from './record.ts'

/** What the records of one item say about its messages. */
export interface MergedMessages {
  readonly messages: readonly ItemMessage[]
  readonly answers: number
  /** When the first prompt was said, else the first message with a time; null when none has one. */
  readonly said: { readonly at: string; readonly sequence: number } | null
  /** An audit record is among the records, whether it lists messages or not. */
  readonly isAudited: boolean
  /** Messages with text that no audit record lists, and the records that tell of them. */
  readonly notAudited: number
  readonly notAuditedIn: readonly number[]
  /** Messages that an audit record lists and whose text no record carries. */
  readonly withoutText: number
  /** Records that contradict each other, by what they contradict each other in. */
  readonly roleDiffers: readonly number[]
  readonly textDiffers: readonly number[]
  readonly jailbreakDiffers: readonly number[]
}

/** A message while it is being put together; `sequences` in the order of authority. */
interface Draft {
  readonly id: string
  role: Role | null
  text: string | null
  at: string | null
  automatic: Flag
  jailbreak: Flag
  sequences: number[]
  /** Of the record that the text is from; -1 without etag. */
  etag: number
  /** Role and time are from a record that carries text, not from one that only lists the message. */
  roleFromText: boolean
  atFromText: boolean
  atSequence: number
  audited: boolean
  /** For the order: its own time, else by its id, else its first record's. */
  moment: number
}

interface Differences {
  role: number[] | null
  text: number[] | null
  jailbreak: number[] | null
}

const NONE: readonly never[] = []

/** One message per id, its text from the record changed last; sorted as they were said. */
export function mergeMessages(tellings: readonly Told[]): MergedMessages {
  const drafts: Draft[] = []
  const differences: Differences = { role: null, text: null, jailbreak: null }
  let byId: Map<string, Draft> | null = null
  let isAudited = false
  for (const told of tellings) {
    const { messages, namespace } = told.facts
    if (namespace === 'audit') isAudited = true
    for (const message of messages) {
      if (message.id === '') {
        // Without an id nothing says that two are the same; the versions of one record repeat it.
        if (told.newer === 0) drafts.push(draftOf(message, told))
        continue
      }
      // Two or three messages are found faster by looking than by a map.
      if (drafts.length >= 8 && byId === null)
        byId = new Map(drafts.map((draft) => [draft.id, draft]))
      const draft = byId === null ? find(drafts, message.id) : byId.get(message.id)
      if (draft === undefined) {
        const added = draftOf(message, told)
        drafts.push(added)
        byId?.set(message.id, added)
      } else addTo(draft, message, told, differences)
    }
  }
  let answers = 0
  let notAudited = 0
  let withoutText = 0
  let notAuditedIn: number[] | null = null
  for (const { role, text, audited, sequences } of drafts) {
    if (role === 'answer') answers += 1
    if (audited) withoutText += text === null ? 1 : 0
    else if (text !== null) {
      notAudited += 1
      notAuditedIn ??= []
      for (const sequence of sequences) notAuditedIn.push(sequence)
    }
  }
  return {
    said: firstSaid(drafts, true) ?? firstSaid(drafts, false),
    messages: inOrder(drafts),
    answers,
    isAudited,
    notAudited,
    notAuditedIn: notAuditedIn ?? NONE,
    withoutText,
    roleDiffers: differences.role ?? NONE,
    textDiffers: differences.text ?? NONE,
    jailbreakDiffers: differences.jailbreak ?? NONE,
  }
}

function find(drafts: readonly Draft[], id: string): Draft | undefined {
  for (const draft of drafts) if (draft.id === id) return draft
  return undefined
}

function draftOf(message: Message, told: Told): Draft {
  const audited = told.facts.namespace === 'audit'
  return {
    id: message.id,
    role: message.role,
    text: told.newer > 0 ? null : message.text,
    at: message.at,
    automatic: message.automatic,
    jailbreak: message.jailbreak,
    sequences: [told.sequence],
    etag: etagOf(message),
    roleFromText: !audited,
    atFromText: !audited,
    atSequence: told.sequence,
    audited,
    moment: told.at,
  }
}

function addTo(draft: Draft, message: Message, told: Told, differences: Differences): void {
  const first = draft.sequences[0] ?? told.sequence
  const audited = told.facts.namespace === 'audit'
  if (draft.sequences.at(-1) !== told.sequence) draft.sequences.push(told.sequence)
  if (contradicts(draft.jailbreak, message.jailbreak) && told.newer === 0)
    (differences.jailbreak ??= []).push(first, told.sequence)
  draft.jailbreak = eitherFlag(draft.jailbreak, message.jailbreak)
  draft.automatic = eitherFlag(draft.automatic, message.automatic)
  draft.audited ||= audited
  if (told.newer > 0) return

  if (message.role !== null) {
    if (draft.role !== null && draft.role !== message.role)
      (differences.role ??= []).push(first, told.sequence)
    if (draft.role === null || (!audited && !draft.roleFromText)) {
      draft.role = message.role
      draft.roleFromText = !audited
    }
  }
  if (message.at !== null && (draft.at === null || (!audited && !draft.atFromText))) {
    draft.at = message.at
    draft.atFromText = !audited
    draft.atSequence = told.sequence
  }
  if (message.text === null) return
  const etag = etagOf(message)
  if (draft.text !== null && draft.text !== message.text)
    (differences.text ??= []).push(first, told.sequence)
  if (draft.text === null || etag > draft.etag) {
    draft.text = message.text
    draft.etag = etag
  }
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

function inOrder(drafts: Draft[]): readonly ItemMessage[] {
  if (drafts.length === 0) return NONE
  if (drafts.length > 1) {
    for (const draft of drafts) draft.moment = momentOf(draft)
    drafts.sort(
      (a, b) => byTime(a.moment, b.moment) || rankOf(a) - rankOf(b) || compare(a.id, b.id),
    )
    promptFirst(drafts)
  }
  return drafts.map(({ id, role, text, at, automatic, jailbreak, sequences }) => {
    if (sequences.length > 1) sequences.sort((a, b) => a - b)
    return { id, role, text, at, automatic, jailbreak, sequences }
  })
}

/** Ids and times come from different machines: an answer may carry an earlier one than the only prompt it can answer. */
function promptFirst(drafts: Draft[]): void {
  const first = drafts.findIndex(({ role }) => role === 'prompt')
  if (first <= 0 || drafts.findLastIndex(({ role }) => role === 'prompt') !== first) return
  drafts.unshift(...drafts.splice(first, 1))
}

function momentOf({ at, id, moment }: Draft): number {
  const said = timeOf(at)
  if (!Number.isNaN(said)) return said
  const byId = timeOfMessageId(id)
  return Number.isNaN(byId) ? moment : byId
}

function rankOf({ role }: Draft): number {
  if (role === 'prompt') return 0
  return role === 'answer' ? 1 : 2
}

function etagOf({ etag }: Message): number {
  const at = etag === null ? NaN : Number(etag)
  return Number.isNaN(at) ? -1 : at
}
