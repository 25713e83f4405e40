import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Person, Unit } from '../feed.ts'
import { readPages } from '../interaction-history.ts'

export interface GraphInteractionsOptions {
  readonly client: CloudClient
  readonly beta: boolean
  /** How often everybody is asked, active or not. */
  readonly fullSweepMs: number
}

const MINUTE_MS = 60_000
/** Bounds are exclusive (`gt`, `lt`), and what is served late lies before the last look: windows overlap. */
const OVERLAP_MS = 5 * MINUTE_MS
/** A history begins here; Copilot did not exist before. */
const BEGINNING = Date.parse('2023-01-01T00:00:00Z')
/** A person that the audit feed shows active is asked again at most this often. */
const REST_MS = 10 * MINUTE_MS
/** How far back the sweep of an active person looks again; that of everybody looks back as far as anything is ever late. */
const ACTIVE_LOOK_BACK_MS = 24 * 60 * MINUTE_MS
const LOOK_BACK_MS = 8 * ACTIVE_LOOK_BACK_MS
/** Whom `check` calls active. */
const ACTIVE_DAYS = 14
/** A sweep that was asked for and not heard of is asked for again after that. */
const OVERDUE_MS = 6 * 60 * MINUTE_MS

const GRAPH_ROLE = 'AiEnterpriseInteraction.Read.All'

/** What the feed remembers of a person: up to where the history was read, and when it was answered last. */
interface Swept {
  readonly to: number
  readonly at: number
  /** When a sweep was last asked for. */
  readonly asked: number
  /** Key of the unit that found the history closed; empty: it is open, as far as is known. */
  readonly closedBy: string
}

/**
 * Prompts and answers from Graph, person by person: those whom the audit feed shows active, everybody now and then, and
 * at once whoever is about to lose the licence that opens the history. Rules: interface reference, section d.
 */
export function graphInteractions(options: GraphInteractionsOptions): Feed {
  const { client, beta, fullSweepMs } = options

  function plan(desk: FeedDesk): Promise<void> {
    const now = desk.now().getTime()
    const people = desk.people().filter(({ licensed }) => licensed)
    const byName = new Map(
      people.flatMap((person) => [
        [person.id.toLowerCase(), person],
        [person.upn.toLowerCase(), person],
      ]),
    )
    const lastFull = Number(desk.state('full') ?? 0)
    const isFull = lastFull === 0 || now - lastFull >= fullSweepMs
    const wanted = new Map<string, Person>()
    if (isFull) for (const person of people) wanted.set(person.id, person)
    const since = new Date(Math.max(BEGINNING, now - 2 * REST_MS)).toISOString()
    for (const { user } of desk.activePeople(since)) {
      const person = byName.get(user.toLowerCase())
      if (person !== undefined && now - sweptOf(desk, person.id).at >= REST_MS)
        wanted.set(person.id, person)
    }
    for (const person of people) if (isEnding(desk, person)) wanted.set(person.id, person)
    // Whose licence has gone since the last sweep: asked once more, so that the end of the history is known, or a loss.
    for (const person of desk.people()) {
      const { to, closedBy } = sweptOf(desk, person.id)
      if (!person.licensed && to > 0 && closedBy === '') wanted.set(person.id, person)
    }
    for (const person of wanted.values()) announce(desk, person, now, isFull)
    if (isFull && people.length > 0) desk.saveState('full', now)
    return Promise.resolve()
  }

  async function fetch(unit: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const { person, from, to } = askedOf(unit.body)
    try {
      await readPages({ client, beta, person, from, to }, desk, signal)
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      if (error.code !== 'FORBIDDEN' && error.code !== 'NOT_FOUND') throw error
      const roles = await client.roles('graph', signal)
      if (!roles.includes(GRAPH_ROLE))
        throw new CloudError(
          'PERMISSION_MISSING',
          `The token for Graph lacks ${GRAPH_ROLE}: grant it to the application (application permission) and give admin consent`,
          { cause: error },
        )
      const swept = sweptOf(desk, person)
      // A loss is told once, by the unit that found it, however often that is tried: a kill may come in between.
      const isFirst = swept.closedBy === '' || swept.closedBy === unit.key
      const closedBy = isFirst ? unit.key : swept.closedBy
      desk.saveState(`swept ${person}`, { ...swept, at: to, closedBy })
      // Read before and closed now: what came after the last sweep is gone. Never open: nothing is missing that was offered.
      return swept.to > 0 && isFirst
        ? { state: 'lost', code: 'LICENCE_LOST' }
        : { state: 'refused', code: error.code === 'NOT_FOUND' ? 'NO_MAILBOX' : 'UNLICENSED' }
    }
    const known = sweptOf(desk, person)
    desk.saveState(`swept ${person}`, {
      ...known,
      to: Math.max(known.to, to),
      at: to,
      closedBy: '',
    })
    return { state: 'done' }
  }

  async function check(desk: FeedDesk, signal: AbortSignal): Promise<readonly Notice[]> {
    const roles = await client.roles('graph', signal)
    const found: Notice[] = withoutHistory(desk)
    if (!roles.includes(GRAPH_ROLE))
      found.push({
        code: 'PERMISSION_MISSING',
        subject: 'graph-interactions',
        message: `The token for Graph lacks ${GRAPH_ROLE}: grant it to the application (application permission) and give admin consent`,
      })
    return found
  }

  return {
    name: 'graph-interactions',
    permissions: [
      {
        role: GRAPH_ROLE,
        audience: 'graph',
        required: true,
        why: 'Without it no text of a prompt or answer is collected',
      },
    ],
    everyMs: null,
    concurrency: 6,
    plan,
    fetch,
    check,
  }
}

/** People whose texts nobody can read, though they work with Copilot or are paid for. */
function withoutHistory(desk: FeedDesk): Notice[] {
  const since = new Date(desk.now().getTime() - ACTIVE_DAYS * ACTIVE_LOOK_BACK_MS).toISOString()
  const active = new Set(desk.activePeople(since).map(({ user }) => user.toLowerCase()))
  const isActive = ({ id, upn }: Person) =>
    active.has(id.toLowerCase()) || active.has(upn.toLowerCase())
  const people = desk.people()
  const unlicensed = people.filter((person) => !person.licensed && isActive(person)).length
  const unlogged = people.filter(({ licensed, mailbox }) => licensed && mailbox === false).length
  const found: Notice[] = []
  if (unlicensed > 0)
    found.push({
      code: 'PEOPLE_UNLICENSED',
      subject: 'graph-interactions',
      message: `Audit records show Copilot used by people without its licence (${unlicensed} in ${ACTIVE_DAYS} days): Graph serves no text of theirs; assign the licence with the plan Microsoft 365 Copilot Chat, or export their mailboxes with eDiscovery and import that`,
    })
  if (unlogged > 0)
    found.push({
      code: 'PEOPLE_WITHOUT_MAILBOX',
      subject: 'graph-interactions',
      message: `Licensed people without a mailbox (${unlogged}): Microsoft records nothing of what they do with Copilot; assign an Exchange Online plan`,
    })
  return found
}

function announce(desk: FeedDesk, person: Person, now: number, isFull: boolean): void {
  const { to, at, asked, closedBy } = sweptOf(desk, person.id)
  // One that is on its way is not asked for again; everybody's is, since it looks back further.
  if (!isFull && asked > at && now - asked < OVERDUE_MS) return
  const isLast = isEnding(desk, person) || !person.licensed
  // What becomes available late lies in the look-back; what was swept before that is settled.
  const back = now - (isFull || isLast ? LOOK_BACK_MS : ACTIVE_LOOK_BACK_MS)
  const from = to === 0 ? BEGINNING : Math.max(BEGINNING, Math.min(to, back))
  // The ledger keeps what is new of it: from where the last sweep ended.
  const span = { from: iso(to === 0 ? BEGINNING : to - OVERLAP_MS), to: iso(now) }
  desk.saveState(`swept ${person.id}`, { to, at, asked: now, closedBy })
  desk.announce({
    scope: person.id,
    span,
    pages: 1,
    complete: true,
    units: [
      {
        key: `${person.id} ${iso(now)}`,
        scope: person.id,
        span,
        availableAt: null,
        // A history closes with the licence: whoever is about to lose it comes first.
        expiresAt: isLast ? iso(now + 60 * MINUTE_MS) : null,
        body: { person: person.id, from: from - OVERLAP_MS, to: now },
      },
    ],
  })
}

function sweptOf(desk: FeedDesk, person: string): Swept {
  const state = desk.state(`swept ${person}`)
  const closedBy = valueIn(state, 'closedBy')
  return {
    to: numberIn(state, 'to'),
    at: numberIn(state, 'at'),
    asked: numberIn(state, 'asked'),
    closedBy: typeof closedBy === 'string' ? closedBy : '',
  }
}

/** The directory says so, by a plan that still works and is marked. */
function isEnding(desk: FeedDesk, person: Person): boolean {
  return (
    person.licenceEnding === true && sweptOf(desk, person.id).at < desk.now().getTime() - MINUTE_MS
  )
}

function askedOf(body: Json): {
  readonly person: string
  readonly from: number
  readonly to: number
} {
  const person = valueIn(body, 'person')
  return {
    person: typeof person === 'string' ? person : '',
    from: numberIn(body, 'from'),
    to: numberIn(body, 'to'),
  }
}

function numberIn(value: Json, name: string): number {
  const found = valueIn(value, name)
  return typeof found === 'number' ? found : 0
}

function valueIn(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.entries(value).find(([key]) => key === name)?.[1] ?? null
}

const iso = (ms: number): string => new Date(ms).toISOString()
