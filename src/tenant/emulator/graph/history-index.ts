// Whose history shows which item when: made once for each day, since every page of everybody asks.
import { deletedAt } from '../deletions.ts'
import type { EventDay, TenantEvent } from '../event-day.ts'
import type { Faults } from '../faults.ts'
import type { World } from '../world.ts'
import { MailboxFile } from './mailbox-file.ts'
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

/** One version of an item, before it has its place. */
interface Unstored {
  readonly event: TenantEvent
  readonly replacedMs: number
  readonly deletedMs: number
}

const FOLDERS: readonly MailboxFolder[] = ['TeamsMessagesData', 'TeamChat']

export class HistoryIndex {
  private readonly world: World
  /** Of all days, one behind the other as they are first asked for. */
  private file: MailboxFile | null = null
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

  close(): void {
    this.file?.close()
    this.file = null
  }

  private day(dayMs: number): Day | undefined {
    const known = this.days.get(dayMs)
    if (known !== undefined) return known
    const events = this.world.eventDayOf(dayMs)
    if (events === undefined) return undefined
    this.file ??= new MailboxFile(`${this.world.folder}/mailboxes.bin`)
    const made = dayOf(events, this.world.faults, this.file)
    this.days.set(dayMs, made)
    return made
  }
}

function dayOf(events: EventDay, faults: Faults, file: MailboxFile): Day {
  const servings = new Map<string, TenantEvent[]>()
  for (const event of events.events) {
    if (event.kind !== 'interaction') continue
    const key = `${event.person} ${event.session} ${event.id}`
    const known = servings.get(key)
    if (known === undefined) servings.set(key, [event])
    else known.push(event)
  }
  const found = new Map<number, Unstored[]>()
  const arrivals: Arrival[] = []
  const removals: Arrival[] = []
  for (const all of servings.values()) {
    const [first] = all
    const deletedMs = first === undefined ? Infinity : deletedAt(faults, first)
    for (const event of all) {
      const replacedMs = Math.min(replacedAt(event, all), deletedMs)
      // Another version was there before it: it is never seen.
      if (replacedMs <= event.availableAt) continue
      const one = { event, replacedMs, deletedMs }
      const mailbox = found.get(event.person)
      if (mailbox === undefined) found.set(event.person, [one])
      else mailbox.push(one)
    }
  }
  const mailboxes = new Map<number, readonly MailboxItem[]>()
  for (const [person, all] of found) {
    all.sort((a, b) => b.event.occurredAt - a.event.occurredAt)
    const offsets = new Map<TenantEvent, number>()
    // Pages go through one folder after the other.
    for (const folder of FOLDERS)
      for (const { event } of all)
        if (folderOf(event) === folder) offsets.set(event, file.add(events.bytes(event)))
    const items = all.map((one) => itemOf(one, file, offsets.get(one.event) ?? 0))
    mailboxes.set(person, items)
    for (const item of items) {
      arrivals.push({ person, item })
      if (item.replacedMs === item.deletedMs && item.deletedMs !== Infinity)
        removals.push({ person, item })
    }
  }
  file.flush()
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
  { event, replacedMs, deletedMs }: Unstored,
  store: MailboxFile,
  offset: number,
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
    lies: { store, offset, length: event.length },
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
