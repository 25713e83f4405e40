import { attestationStore, type StoredAttestation } from '../catalog/attestations.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { collectReader, type CollectReader } from '../catalog/collect/reader.ts'
import { signsOf, type SignRow } from '../catalog/collect/signs.ts'
import { referenceStore } from '../catalog/reference.ts'
import { listingsOf, vanishedSince } from './vanished.ts'
import { parseObject } from '../platform/json-object.ts'
import {
  BLIND_SPOTS,
  type Attestation,
  type CoverageInputs,
  type CoveredPerson,
  type PersonState,
  type UsageRow,
} from '../reports/coverage/inputs.ts'
import { evidenceOfInventory, type ListedAgent } from '../reports/coverage/inventory.ts'
import {
  evidenceOfAuditing,
  evidenceOfSigns,
  type CoverageSign,
} from '../reports/coverage/signs.ts'

/** Content can be fetched for seven days; what became available later than that nobody can have. */
const LONGEST_DELAY_DAYS = 7

export interface CoverageAsked {
  readonly tenant: string
  /** Days, half-open. */
  readonly from: string
  readonly to: string
  /** Address or object id; null: everybody. */
  readonly user: string | null
}

/** Gathers what a coverage statement rests on from the catalog: people and usage as reference data told them, the ledger of what was fetched. */
export function coverageInputs(catalog: Catalog, asked: CoverageAsked, now: Date): CoverageInputs {
  const { tenant, from, to, user } = asked
  const store = referenceStore(catalog.database)
  const wanted = user?.trim().toLowerCase() ?? null
  const people = peopleOf(
    store.history(tenant, 'directory', 'id:'),
    listingsOf(store, tenant),
  ).filter(
    ({ id, upn }) => wanted === null || id.toLowerCase() === wanted || upn.toLowerCase() === wanted,
  )
  const files = store.files().filter((file) => file.tenant === tenant)
  const usage = usageOf(store.history(tenant, 'usage-report', 'upn:'), files)
  const ledger = collectReader(catalog.database, tenant)
  const feeds = ledger.feeds()
  const asOf = latest(feeds, files) ?? now.toISOString()
  const ids = new Set(people.map(({ id }) => id))
  const isTheirs = (scope: string) => wanted === null || ids.has(scope)
  const activity = ledger.activity(instantOf(from), instantOf(to))
  const [since, until] = [instantOf(from), instantOf(to, LONGEST_DELAY_DAYS)]
  return {
    tenant,
    from,
    to,
    asOf,
    feeds: feeds.filter(({ configured }) => configured).map(({ feed }) => feed),
    people,
    activity: activity.filter((told) => wanted === null || people.some(named(told.user))),
    windows: ledger
      .windows(since, until)
      .filter(({ feed, scope }) => feed !== 'graph-interactions' || isTheirs(scope))
      .map(({ feed, scope, from: start, to: end, state, failed }) => ({
        feed,
        scope,
        from: start,
        to: end,
        state,
        failed,
      })),
    losses: ledger
      .losses(since, until)
      .filter(({ feed, scope }) => feed !== 'graph-interactions' || isTheirs(scope)),
    settledAfterMs: settledAfter(ledger),
    usage: usage.rows,
    usageConcealed: usage.concealed,
    attestations: attestationStore(catalog.database).of(tenant).flatMap(attestationOf),
    evidence: [
      ...evidenceOfSigns(signsOf(catalog.database, tenant, instantOf(to)).flatMap(signOf), from),
      ...evidenceOfInventory(agentsOf(store.history(tenant, 'packages', 'agent:'))),
      ...evidenceOfAuditing(activity, daysOf(from, to, asOf)),
    ],
  }
}

/** Days that had begun then. */
function daysOf(from: string, to: string, asOf: string): string[] {
  const days: string[] = []
  const end = Math.min(Date.parse(to), Date.parse(asOf))
  for (let day = Date.parse(from); day < end; day += 86_400_000)
    days.push(new Date(day).toISOString().slice(0, 10))
  return days
}

/** A moment on the day, or so many days later. */
function instantOf(day: string, later = 0): string {
  return new Date(Date.parse(day) + later * 86_400_000).toISOString()
}

/** When the last of these facts became known: the statement is about that moment, however often it is asked for. */
function latest(
  feeds: ReturnType<CollectReader['feeds']>,
  files: readonly { readonly takenAt: string }[],
): string | null {
  const moments = [
    ...feeds.flatMap(({ plannedAt, fetchedAt, recordedAt }) => [plannedAt, fetchedAt, recordedAt]),
    ...files.map(({ takenAt }) => takenAt),
  ].filter((moment) => moment !== null)
  return moments.toSorted().at(-1) ?? null
}

/** Practically all: what came later than this share is counted as late, and the window stays open that long. */
const SETTLED_SHARE = 0.998

function settledAfter(ledger: CollectReader): number | null {
  const seconds = ledger
    .measures()
    .filter(({ measure }) => measure.startsWith('event '))
    .map(({ measure }) => ledger.lateness(measure, SETTLED_SHARE))
    .filter((one) => one !== null)
  if (seconds.length === 0) return null
  return Math.min(Math.max(...seconds) * 1_000, LONGEST_DELAY_DAYS * 86_400_000)
}

const named =
  (name: string) =>
  ({ id, upn }: CoveredPerson): boolean =>
    name === id.toLowerCase() || name === upn.toLowerCase()

function signOf({ code, ...sign }: SignRow): CoverageSign[] {
  const known = BLIND_SPOTS.find((one) => one === code)
  return known === undefined ? [] : [{ code: known, ...sign }]
}

function attestationOf({ code, says, words, actor, at }: StoredAttestation): Attestation[] {
  const known = BLIND_SPOTS.find((one) => one === code)
  return known === undefined ? [] : [{ code: known, says, words, by: actor, at }]
}

type Entries = ReturnType<ReturnType<typeof referenceStore>['history']>

function peopleOf(entries: Entries, listings: readonly string[]): CoveredPerson[] {
  const people = new Map<string, { id: string; upn: string; states: PersonState[]; last: string }>()
  for (const { key, body, since, last } of entries) {
    const said = parseObject(body)
    const { upn } = said ?? {}
    if (said === undefined || typeof upn !== 'string') continue
    const id = key.slice('id:'.length)
    const state: PersonState = {
      since,
      licensed: said['copilotLicence'] === true && said['enabled'] !== false,
      mailbox: typeof said['mailbox'] === 'boolean' ? said['mailbox'] : null,
    }
    const known = people.get(id)
    if (known === undefined) people.set(id, { id, upn, states: [state], last })
    else {
      known.upn = upn
      known.states.push(state)
      known.last = last
    }
  }
  return [...people.values()].map(({ id, upn, states, last }) => {
    const gone = vanishedSince(last, listings)
    const vanished = gone === null ? [] : [{ since: gone, licensed: false, mailbox: null }]
    return { id, upn, states: [...states, ...vanished] }
  })
}

/** Agents as they are listed now: an agent lies under several keys, with a history under each. */
function agentsOf(entries: Entries): ListedAgent[] {
  const agents = new Map<string, ListedAgent>()
  for (const { body, since } of entries) {
    const said = parseObject(body)
    const id = said?.['id']
    if (said === undefined || typeof id !== 'string') continue
    const known = agents.get(id)
    if (known !== undefined && known.takenAt > since) continue
    const { name, signsInWithMicrosoft: signIn } = said
    agents.set(id, {
      id,
      name: typeof name === 'string' ? name : null,
      signsInWithMicrosoft: typeof signIn === 'boolean' ? signIn : null,
      takenAt: since,
    })
  }
  return [...agents.values()]
}

function usageOf(
  entries: Entries,
  files: readonly {
    readonly kind: string
    readonly asOf: string | null
    readonly concealed: number
  }[],
): { readonly rows: UsageRow[]; readonly concealed: boolean } {
  const reports = files.filter(({ kind }) => kind === 'usage-report')
  const [newest] = reports
  const refreshedDay = newest?.asOf ?? null
  if (refreshedDay === null) return { rows: [], concealed: false }
  const rows = entries.flatMap(({ key, body }): UsageRow[] => {
    const said = parseObject(body)
    if (said === undefined || said['concealed'] === true) return []
    const last = said['lastActivity']
    return [
      {
        user: key.slice('upn:'.length),
        lastActiveDay: typeof last === 'string' ? last : null,
        refreshedDay,
      },
    ]
  })
  return { rows, concealed: (newest?.concealed ?? 0) > 0 }
}
