// Whose history shows which item when: made once for each day, since every page of everybody asks.
import { deletedAt } from '../deletions.ts'
import type { EventDay, TenantEvent } from '../event-day.ts'
import type { Faults } from '../faults.ts'
import type { World } from '../world.ts'
import type { MailboxFolder, MailboxItem } from './tenant-view.ts'

const DAY_MS = 86_400_000

interface Arrival {
  readonly person: number
  readonly item: MailboxItem
}

interface Day {
  /** Newest first, by person. */
  readonly mailboxes: ReadonlyMap<number, readonly MailboxItem[]>
  /** By when they became available. */
  readonly arrivals: readonly Arrival[]
  /** By when they were deleted; of each the version that was shown then. */
  readonly removals: readonly Arrival[]
}

export class HistoryIndex {
  private readonly world: World
  private readonly days = new Map<number, Day>()
  private readonly whole = new Map<
    number,
    { readonly day: number; readonly items: readonly MailboxItem[] }
  >()

  constructor(world: World) {
    this.world = world
  }

  /** Everything of a person of the days up to today, newest first. */
  mailbox(person: number): readonly MailboxItem[] {
    const today = midnight(this.world.now())
    const known = this.whole.get(person)
    if (known?.day === today) return known.items
    const items: MailboxItem[] = []
    for (let day = today; day >= this.world.firstDayMs; day -= DAY_MS)
      items.push(...(this.day(day)?.mailboxes.get(person) ?? []))
    this.whole.set(person, { day: today, items })
    return items
  }

  /** What became available after `from`, up to and with `to`, in that order within each day. */
  *arrived(from: number, to: number): Generator<Arrival> {
    // Nothing takes longer than seven days.
    for (let day = midnight(from) - 7 * DAY_MS; day <= to; day += DAY_MS) {
      const arrivals = this.day(day)?.arrivals ?? []
      for (let n = firstAfter(arrivals, from); n < arrivals.length; n++) {
        const arrival = arrivals[n]
        if (arrival === undefined || arrival.item.availableMs > to) break
        yield arrival
      }
    }
  }

  /** What was deleted after `from`, up to and with `to`: items of two days at most. */
  *removed(from: number, to: number): Generator<Arrival> {
    for (let day = midnight(from) - 2 * DAY_MS; day <= to; day += DAY_MS)
      for (const removal of this.day(day)?.removals ?? [])
        if (removal.item.deletedMs > from && removal.item.deletedMs <= to) yield removal
  }

  private day(dayMs: number): Day | undefined {
    const known = this.days.get(dayMs)
    if (known !== undefined) return known
    const events = this.world.eventDayOf(dayMs)
    if (events === undefined) return undefined
    const made = dayOf(events, this.world.faults)
    this.days.set(dayMs, made)
    return made
  }
}

function dayOf(events: EventDay, faults: Faults): Day {
  const servings = new Map<string, TenantEvent[]>()
  for (const event of events.events) {
    if (event.kind !== 'interaction') continue
    const key = `${event.person} ${event.session} ${event.id}`
    const known = servings.get(key)
    if (known === undefined) servings.set(key, [event])
    else known.push(event)
  }
  const mailboxes = new Map<number, MailboxItem[]>()
  const arrivals: Arrival[] = []
  const removals: Arrival[] = []
  for (const all of servings.values()) {
    const [first] = all
    const deletedMs = first === undefined ? Infinity : deletedAt(faults, first)
    for (const event of all) {
      const replacedMs = Math.min(replacedAt(event, all), deletedMs)
      // Another version was there before it: it is never seen.
      if (replacedMs <= event.availableAt) continue
      const item = itemOf(event, replacedMs, deletedMs, events)
      const mailbox = mailboxes.get(event.person)
      if (mailbox === undefined) mailboxes.set(event.person, [item])
      else mailbox.push(item)
      arrivals.push({ person: event.person, item })
      if (replacedMs === deletedMs && deletedMs !== Infinity)
        removals.push({ person: event.person, item })
    }
  }
  for (const mailbox of mailboxes.values()) mailbox.sort((a, b) => b.createdMs - a.createdMs)
  arrivals.sort((a, b) => a.item.availableMs - b.item.availableMs)
  removals.sort((a, b) => a.item.deletedMs - b.item.deletedMs)
  return { mailboxes, arrivals, removals }
}

/** Of several servings the newest version that is available is shown, and of equal ones that which was made first. */
function replacedAt(event: TenantEvent, all: readonly TenantEvent[]): number {
  if (all.length === 1) return Infinity
  const place = all.indexOf(event)
  return all.reduce((soonest, other, n) => {
    const wins = other.version > event.version || (other.version === event.version && n < place)
    return wins && other.availableAt < soonest ? other.availableAt : soonest
  }, Infinity)
}

function itemOf(
  event: TenantEvent,
  replacedMs: number,
  deletedMs: number,
  events: EventDay,
): MailboxItem {
  return {
    id: event.id,
    version: event.version,
    createdMs: event.occurredAt,
    availableMs: event.availableAt,
    replacedMs,
    deletedMs,
    isPrompt: event.isPrompt,
    appClass: `ipm.skypeteams.message.copilot.${event.appClass.toLowerCase()}`,
    folder: folderOf(event),
    fault: event.fault,
    bytes: () => events.bytes(event),
  }
}

/** Group chats lie apart: of Copilot in Teams, one session in four. */
function folderOf({ appClass, session }: TenantEvent): MailboxFolder {
  return appClass === 'Teams' && session.charCodeAt(5) % 4 === 0 ? 'TeamChat' : 'TeamsMessagesData'
}

function firstAfter(arrivals: readonly Arrival[], ms: number): number {
  let [low, high] = [0, arrivals.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((arrivals[middle]?.item.availableMs ?? Infinity) > ms) high = middle
    else low = middle + 1
  }
  return low
}

const midnight = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS
