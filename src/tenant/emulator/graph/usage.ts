// Who used Copilot where and when last, as the usage reports know it: two days behind, of licensed people only.
import type { GraphDesk } from './desk.ts'
import type { PersonNow } from './tenant-view.ts'

const DAY = 86_400_000
const LAG_DAYS = 2

/** Column of the CSV, property of the JSON, and the classes of items that count towards it. */
export const PRODUCTS = [
  ['Copilot Chat', 'copilotChat', /\.(?:bizchat|webchat)$/],
  ['Microsoft Teams Copilot', 'microsoftTeamsCopilot', /\.teams$/],
  ['Word Copilot', 'wordCopilot', /\.word$/],
  ['Excel Copilot', 'excelCopilot', /\.excel$/],
  ['PowerPoint Copilot', 'powerPointCopilot', /\.powerpoint$/],
  ['Outlook Copilot', 'outlookCopilot', /\.outlook$/],
  ['OneNote Copilot', 'oneNoteCopilot', /\.onenote$/],
  ['Loop Copilot', 'loopCopilot', /\.loop$/],
] as const

export interface Usage {
  readonly person: PersonNow
  /** '' for never. */
  readonly last: string
  /** In the order of `PRODUCTS`; '' for never. */
  readonly dates: readonly string[]
}

/** Of so many days, the last of which is `until`. Somebody without a mailbox shows use that no other interface serves. */
export function usageOf(desk: GraphDesk, until: string, days: number): readonly Usage[] {
  const endMs = Date.parse(until) + DAY
  return desk.view.people().flatMap((person) => {
    if (!person.licensed) return []
    const dates = person.mailbox ? lastDates(desk, person, endMs, days) : unlogged(person, endMs)
    const last = dates.reduce((latest, date) => (date > latest ? date : latest), '')
    return [{ person, last, dates }]
  })
}

/** What version 2 of the report says besides. */
export interface UsageFigures {
  /** Of prompts: all, in Copilot Chat with work data, and with the web. */
  readonly prompts: readonly [all: number, work: number, web: number]
  readonly activeDays: number
  /** Copilot Chat (work), Copilot Chat (web), Microsoft 365 Copilot, Edge, agents; '' for never. */
  readonly dates: readonly string[]
}

const CHAT_WORK = /\.bizchat$/
const CHAT_WEB = /\.webchat$/
const PLACES = [CHAT_WORK, CHAT_WEB, /\.m365app$/, /\.edge$/, /\.studio/] as const

export function figuresOf(
  desk: GraphDesk,
  { person, last }: Usage,
  until: string,
  days: number,
): UsageFigures {
  const endMs = Date.parse(until) + DAY
  const [active, dates] = [new Set<string>(), PLACES.map(() => '')]
  let [all, work, web] = [0, 0, 0]
  for (const { createdMs, appClass, isPrompt } of desk.view.mailbox(person.id)) {
    if (createdMs >= endMs) continue
    if (createdMs < endMs - days * DAY) break
    active.add(dateOf(createdMs))
    const n = PLACES.findIndex((pattern) => pattern.test(appClass))
    if (n >= 0 && dates[n] === '') dates[n] = dateOf(createdMs)
    if (!isPrompt) continue
    all++
    if (CHAT_WORK.test(appClass)) work++
    if (CHAT_WEB.test(appClass)) web++
  }
  // Of somebody without a mailbox only the report knows.
  if (active.size === 0 && last !== '') return { ...NOTHING, activeDays: 1 }
  return { prompts: [all, work, web], activeDays: active.size, dates }
}

const NOTHING: UsageFigures = { prompts: [0, 0, 0], activeDays: 0, dates: PLACES.map(() => '') }

function lastDates(desk: GraphDesk, person: PersonNow, endMs: number, days: number): string[] {
  const dates = PRODUCTS.map(() => '')
  let missing: number = PRODUCTS.length
  for (const { createdMs, appClass } of desk.view.mailbox(person.id)) {
    if (createdMs >= endMs) continue
    if (createdMs < endMs - days * DAY || missing === 0) break
    const n = PRODUCTS.findIndex(([, , pattern]) => pattern.test(appClass))
    if (n < 0 || dates[n] !== '') continue
    dates[n] = dateOf(createdMs)
    missing--
  }
  return dates
}

function unlogged(person: PersonNow, endMs: number): string[] {
  const daysAgo = 1 + (person.id.charCodeAt(0) % 5)
  return PRODUCTS.map((_, n) => (n === 0 ? dateOf(endMs - daysAgo * DAY) : ''))
}

/** The last day that the reports know. */
export function refreshDate(desk: GraphDesk): string {
  return dateOf(desk.view.now().getTime() - LAG_DAYS * DAY)
}

/** The days of a period, latest first. */
export function daysUntil(until: string, days: number): readonly string[] {
  return Array.from({ length: days }, (_, n) => dateOf(Date.parse(until) - n * DAY))
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
