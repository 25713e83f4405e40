// What was written, counted while writing: nothing in the facts of a corpus is assumed.
import { auditTime } from './audit-record.ts'
import type { Cast } from './cast.ts'
import type { Serving, Session, Turn } from './session.ts'
import type { Story } from './story.ts'
import { TRACKED_RANKS } from './text.ts'

/** Ranks, within the English-writing members, of people whose items are counted by quarter. */
const TRACKED_MEMBERS = [0, 9, 99, 999] as const
const LENGTHS = 200_100

/** Under this name lie session ids, for benchmarks; it is no query. */
export const SESSION_SAMPLE = 'sample of sessions'

/** Counts of one thread; plain data, so that it can be posted to another. */
export interface Tally {
  readonly counts: Record<string, number>
  /** Needle or query by name: how many items, and the native ids of an audit record (else message) of a few. */
  readonly items: Record<string, { count: number; ids: string[] }>
  readonly promptLengths: Uint32Array
  readonly answerLengths: Uint32Array
}

export function emptyTally(): Tally {
  return {
    counts: {},
    items: {},
    promptLengths: new Uint32Array(LENGTHS),
    answerLengths: new Uint32Array(LENGTHS),
  }
}

const MOST_IDS = 50

export function count(tally: Tally, name: string, by = 1): void {
  tally.counts[name] = (tally.counts[name] ?? 0) + by
}

function countItem(tally: Tally, kql: string, id: string): void {
  const found = (tally.items[kql] ??= { count: 0, ids: [] })
  found.count += 1
  keepSmallest(found.ids, id)
}

/** Which ids are kept must not depend on how the days were shared out: the first in their own order. */
function keepSmallest(ids: string[], id: string): void {
  const last = ids.at(-1)
  if (ids.length >= MOST_IDS && last !== undefined && id >= last) return
  if (ids.includes(id)) return
  const place = ids.findIndex((kept) => id < kept)
  ids.splice(place === -1 ? ids.length : place, 0, id)
  if (ids.length > MOST_IDS) ids.pop()
}

export function countServing(tally: Tally, serving: Serving): void {
  const { part, variant, delay } = serving
  count(tally, 'read')
  count(tally, part === 'audit' || part === 'runtime' ? 'audit' : 'interactions')
  count(tally, variant === 'original' || variant === 'version' ? 'added' : 'repeated')
  if (variant === 'version') count(tally, 'versions')
  if (variant !== 'original') return
  if (delay > 0) count(tally, 'late')
  if (part === 'runtime') count(tally, 'twins')
}

export function countText(
  tally: Tally,
  prompt: boolean,
  characters: number,
  language: number,
): void {
  const lengths = prompt ? tally.promptLengths : tally.answerLengths
  const length = Math.min(characters, LENGTHS - 1)
  lengths[length] = (lengths[length] ?? 0) + 1
  count(tally, 'characters', characters)
  if (language > 0) count(tally, 'charactersOfOtherLanguages', characters)
}

/** What of one item was served as originals, gathered while its records are written. */
export interface ServedItem {
  /** An audit record of any kind; `client`: that of the exchange itself, not its runtime's twin. */
  readonly audit: boolean
  readonly client: boolean
  readonly answer: boolean
  readonly text: boolean
  /** Bits of `TRACKED_RANKS`, over all its texts. */
  readonly words: number
  /** Native id of its audit record, else session and message id. */
  readonly id: string
  readonly operation: string
}

/** Counts one item under every query whose answer the corpus states. */
export function countItemOf(
  tally: Tally,
  cast: Cast,
  session: Session,
  turn: Turn,
  story: Story | null,
  served: ServedItem,
): void {
  const { id, audit, client, words } = served
  count(tally, 'items')
  count(tally, `operation ${served.operation}`)
  countItem(tally, '*', id)
  const month = auditTime(turn.promptMs).slice(0, 7)
  countItem(tally, `date:${month}-01..${month}-${lastDay(month)}`, id)
  if (audit) countPerson(tally, cast, session, turn, id)
  if (story === null) return
  countItem(tally, SESSION_SAMPLE, story.threadId)
  if (served.text) {
    count(tally, 'exchangesWithText')
    if (session.kind === 'automatic') count(tally, 'automaticExchanges')
  }
  TRACKED_RANKS.forEach((_, bit) => {
    if ((words >> bit) & 1) countItem(tally, `word ${bit}`, id)
  })
  if ((words & 3) === 3) countItem(tally, 'words 0 and 1', id)
  if (client) countAuditFacts(tally, cast, story, id)
  const first = cast.files[0]
  const read = client && story.resources.some((resource) => resource.file === first)
  if (first && (read || (served.answer && story.cited.includes(first)))) {
    countItem(tally, `file:"${first.name}"`, id)
  }
  const { plant } = session
  if (plant !== null && plant.needle !== null && client && served.answer)
    countItem(tally, plant.needle, id)
  if (plant?.needle === 'long session')
    tally.items['long session thread'] = { count: 1, ids: [story.threadId] }
}

function countPerson(tally: Tally, cast: Cast, session: Session, turn: Turn, id: string): void {
  const { member } = session
  const pool = cast.pools[0] ?? []
  const tracked =
    member === cast.needleMember || TRACKED_MEMBERS.some((rank) => pool[rank] === member)
  if (!tracked) return
  const at = new Date(turn.promptMs)
  const quarter = Math.floor(at.getUTCMonth() / 3)
  const month = (n: number): string =>
    `${at.getUTCFullYear()}-${String(quarter * 3 + n).padStart(2, '0')}`
  const range = `${month(1)}-01..${month(3)}-${lastDay(month(3))}`
  const upn = cast.members[member]?.upn ?? ''
  countItem(tally, `user:"${upn}" AND date:${range}`, id)
}

function countAuditFacts(tally: Tally, cast: Cast, story: Story, id: string): void {
  if (story.jailbreak) countItem(tally, 'jailbreak:true', id)
  const { resources } = story
  count(tally, 'resources', resources.length)
  let labelled = 0
  for (const resource of resources) if (resource.labelId !== '') labelled += 1
  count(tally, 'labelledResources', labelled)
  if (resources.length > 0) count(tally, 'exchangesWithResources')
  if (resources.some((resource) => resource.xpia)) countItem(tally, 'xpia:true', id)
  if (resources.some((resource) => resource.dlp === 'blocked')) countItem(tally, 'dlp:blocked', id)
  if (story.web) countItem(tally, 'web:true', id)
  const strictest = cast.labels.at(-1)
  if (resources.some((resource) => resource.labelId === strictest)) {
    countItem(tally, `label:${strictest}`, id)
  }
}

function lastDay(month: string): string {
  const known = lastDays.get(month)
  if (known !== undefined) return known
  const [year = 0, number = 1] = month.split('-').map(Number)
  const last = String(new Date(Date.UTC(year, number, 0)).getUTCDate())
  lastDays.set(month, last)
  return last
}

const lastDays = new Map<string, string>()

export function addTally(into: Tally, other: Tally): void {
  for (const [name, by] of Object.entries(other.counts)) count(into, name, by)
  for (const [name, { count: more, ids }] of Object.entries(other.items)) {
    const found = (into.items[name] ??= { count: 0, ids: [] })
    found.count += more
    for (const id of ids) keepSmallest(found.ids, id)
  }
  addLengths(into.promptLengths, other.promptLengths)
  addLengths(into.answerLengths, other.answerLengths)
}

function addLengths(to: Uint32Array, from: Uint32Array): void {
  from.forEach((n, length) => {
    if (n > 0) to[length] = (to[length] ?? 0) + n
  })
}
