// Whose history shows which item when: made once for each day, since every page of everybody asks.
import type { EventDay, TenantEvent } from '../event-day.ts'
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

  private day(dayMs: number): Day | undefined {
    const known = this.days.get(dayMs)
    if (known !== undefined) return known
    const events = this.world.eventDayOf(dayMs)
    if (events === undefined) return undefined
    const made = dayOf(events)
    this.days.set(dayMs, made)
    return made
  }
}

function dayOf(events: EventDay): Day {
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
  for (const all of servings.values())
    for (const event of all) {
      const replacedMs = replacedAt(event, all)
      // Another version was there before it: it is never seen.
      if (replacedMs <= event.availableAt) continue
      const item = itemOf(event, replacedMs, events)
      const mailbox = mailboxes.get(event.person)
      if (mailbox === undefined) mailboxes.set(event.person, [item])
      else mailbox.push(item)
      arrivals.push({ person: event.person, item })
    }
  for (const mailbox of mailboxes.values()) mailbox.sort((a, b) => b.createdMs - a.createdMs)
  arrivals.sort((a, b) => a.item.availableMs - b.item.availableMs)
  return { mailboxes, arrivals }
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

function itemOf(event: TenantEvent, replacedMs: number, events: EventDay): MailboxItem {
  return {
    id: event.id,
    version: event.version,
    createdMs: event.occurredAt,
    availableMs: event.availableAt,
    replacedMs,
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
