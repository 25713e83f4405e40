import { compare, type Told } from './merge-told.ts'
import type { Facts } from './record.ts'

// A turn of a custom-engine agent is logged twice: by the agent's runtime (no messages) and, some seconds later, by the
// client. Rules and source: docs/spec/reconciliation.md, "Runtime twins".

const BEFORE_MS = 120_000
const AFTER_MS = 5_000
const BURST_MS = 10_000

/** A group of records that already belong together (an exchange, or the versions of one runtime record). */
export interface TwinCandidate {
  /** The caller's name for the group. */
  readonly group: number
  readonly told: Told
  readonly conversation: string
  /** The group has messages: it is the client's side. */
  readonly client: boolean
}

/** `twin` is counted with `of`. */
export interface TwinPair {
  readonly twin: number
  readonly of: number
}

/** Same conversation, agent and user, nothing between two neighbours longer than a pair may lie apart. */
type Run = readonly TwinCandidate[]

/** Pairs one to one with the nearest runtime record, then adds what a runtime logged more than once. Order-independent. */
export function pairTwins(candidates: readonly TwinCandidate[]): TwinPair[] {
  const byConversation = new Map<string, Map<number, TwinCandidate>>()
  for (const candidate of candidates) {
    let groups = byConversation.get(candidate.conversation)
    if (groups === undefined) {
      groups = new Map()
      byConversation.set(candidate.conversation, groups)
    }
    const known = groups.get(candidate.group)
    if (known === undefined || byMoment(candidate, known) < 0)
      groups.set(candidate.group, candidate)
  }
  const pairs: TwinPair[] = []
  for (const groups of byConversation.values()) {
    if (groups.size < 2) continue
    for (const run of runsOf([...groups.values()].toSorted(byMoment))) pairRun(run, pairs)
  }
  return pairs
}

function* runsOf(sorted: Run): Generator<Run> {
  let start = 0
  for (let i = 1; i <= sorted.length; i += 1) {
    const gap = (sorted[i]?.told.at ?? Infinity) - (sorted[i - 1]?.told.at ?? 0)
    if (gap <= BEFORE_MS) continue
    if (i - start > 1) yield sorted.slice(start, i)
    start = i
  }
}

function pairRun(run: Run, pairs: TwinPair[]): void {
  const clients = run.filter(({ client }) => client)
  const sessions = new Set(clients.map(({ told }) => told.facts.sessionId))
  // A record without messages in a client's own thread is something else than its twin.
  const runtimes = run.filter(
    ({ client, told }) =>
      !client && (told.facts.sessionId === null || !sessions.has(told.facts.sessionId)),
  )
  const owner = new Map<number, number>()
  pairWithNearest(
    clients,
    runtimes.filter((runtime) => hostOf(runtime) === 'm365copilot'),
    owner,
  )
  for (const [twin, of] of owner) pairs.push({ twin, of })
  for (const host of ['m365copilot', 'teams']) {
    addBursts(
      runtimes.filter((runtime) => hostOf(runtime) === host),
      owner,
      pairs,
    )
  }
}

/** Each client, in order of time, takes the latest free runtime record before it, else the first one just after it. */
function pairWithNearest(clients: Run, runtimes: Run, owner: Map<number, number>): void {
  const free: TwinCandidate[] = []
  const alone: TwinCandidate[] = []
  let next = 0
  for (const client of clients) {
    for (; next < runtimes.length; next += 1) {
      const runtime = runtimes[next]
      if (runtime === undefined || runtime.told.at > client.told.at) break
      free.push(runtime)
    }
    const nearest = free.at(-1)
    if (nearest === undefined || client.told.at - nearest.told.at > BEFORE_MS) alone.push(client)
    else {
      owner.set(nearest.group, client.group)
      free.pop()
    }
  }
  next = 0
  for (const client of alone) {
    let runtime = runtimes[next]
    while (
      runtime !== undefined &&
      (runtime.told.at <= client.told.at || owner.has(runtime.group))
    ) {
      next += 1
      runtime = runtimes[next]
    }
    if (runtime !== undefined && runtime.told.at - client.told.at <= AFTER_MS)
      owner.set(runtime.group, client.group)
  }
}

/** What one host logged again within ten seconds goes with the paired record before it, else after it, else the first. */
function addBursts(runtimes: Run, owner: ReadonlyMap<number, number>, pairs: TwinPair[]): void {
  let start = 0
  for (let i = 1; i <= runtimes.length; i += 1) {
    const head = runtimes[start]
    const within = (runtimes[i]?.told.at ?? Infinity) - (head?.told.at ?? 0) <= BURST_MS
    if (within || head === undefined) continue
    const burst = runtimes.slice(start, i)
    let anchor = burst.find(({ group }) => owner.has(group)) ?? head
    for (const runtime of burst) {
      if (owner.has(runtime.group)) anchor = runtime
      else if (runtime !== anchor)
        pairs.push({ twin: runtime.group, of: owner.get(anchor.group) ?? anchor.group })
    }
    start = i
  }
}

function hostOf({ told }: TwinCandidate): string {
  const host = (told.facts.servedSurface ?? told.facts.surface ?? '').trim().toLowerCase()
  return host === 'microsoft teams' ? 'teams' : host
}

function byMoment(a: TwinCandidate, b: TwinCandidate): number {
  return (
    a.told.at - b.told.at ||
    compare(a.told.identity, b.told.identity) ||
    byContent(a.told.facts, b.told.facts)
  )
}

/** Only versions of one record that were written at the same instant get here. */
function byContent(a: Facts, b: Facts): number {
  return a === b ? 0 : compare(JSON.stringify(a), JSON.stringify(b))
}
