import type { CoverageStatement, InventoryLine } from '../../api/answers.ts'

/** One version of a record as the tenant says it offered it: `GET /emulator/ledger/records`. */
export interface OfferedLine {
  readonly feed: string
  /** `audit` or `interaction`. */
  readonly kind: string
  readonly id: string
  readonly user: string | null
  readonly session: string | null
  readonly sha256: string
  readonly version: number
  readonly availableAt: string
  /** False: it was gone, or closed, before any fetch could have succeeded. Null: too short to be asked for. */
  readonly fetchable: boolean | null
  /** What has to be named when it is lost: content ids, or the person whose history closed. */
  readonly units: readonly string[]
  readonly why: string | null
}

/** What was offered against what is archived, said by neither of the two alone. */
export interface Comparison {
  /** Versions that the tenant offered and that could be fetched. */
  readonly served: number
  /** Of these, in the archive. */
  readonly archived: number
  /** Of these, not. */
  readonly lost: number
  /** In the archive more often than they were offered. */
  readonly doubled: number
  /** Versions that nobody could have fetched. */
  readonly unavoidable: number
  /** Of these, named by the coverage statement. */
  readonly reported: number
  /** Up to ten of each, for whoever looks for the reason. */
  readonly examples: {
    readonly lost: readonly string[]
    readonly doubled: readonly string[]
    readonly unreported: readonly string[]
  }
}

const EXAMPLES = 10

/** By feed: what the windows of the ledger say they added, and how much lies in the archive. They have to be equal. */
export type Counted = Readonly<
  Record<string, { readonly windows: number; readonly archived: number }>
>

/** Holds the ledger of windows against the archive. */
export function compareLedger(
  feeds: Iterable<{ readonly feed: string; readonly added: number }>,
  inventory: Iterable<InventoryLine>,
): Counted {
  const archived = new Map<string, number>()
  // `management-activity.audit`: interface and format.
  for (const { source } of inventory) add(archived, source.slice(0, source.indexOf('.')))
  return Object.fromEntries(
    [...feeds].map(({ feed, added }) => [
      feed,
      { windows: added, archived: archived.get(feed) ?? 0 },
    ]),
  )
}

/** Records by which the two differ. */
export const uncounted = (counted: Counted): number =>
  Object.values(counted).reduce(
    (sum, { windows, archived }) => sum + Math.abs(windows - archived),
    0,
  )

/**
 * Compares by identity and number of versions: the same content may be served in several spellings, and whichever came
 * first is archived. `until`: what became available later is not asked for.
 */
export function compareWithArchive(
  offered: Iterable<OfferedLine>,
  inventory: Iterable<InventoryLine>,
  statement: Pick<CoverageStatement, 'losses' | 'people'>,
  until = '9',
): Comparison {
  const kept = new Map<string, number>()
  for (const { namespace, id, sha256 } of inventory) add(kept, `${namespace} ${id ?? sha256}`)
  const named = namedBy(statement)
  const spans = statement.losses.filter(({ code }) => code === 'SUBSCRIPTION_DISABLED')
  const due = new Map<string, number>()
  const possible = new Map<string, number>()
  let unavoidable = 0
  let reported = 0
  const unreported: string[] = []
  for (const line of offered) {
    const key = keyOf(line)
    add(possible, key)
    if (line.availableAt > until) continue
    if (line.fetchable === true) add(due, key)
    if (line.fetchable !== false) continue
    unavoidable += 1
    const isNamed =
      line.units.some((unit) => named.has(unit)) ||
      // What was never listed has no name: the time in which it became available is named.
      spans.some(
        ({ feed, from, to }) =>
          line.feed === feed && line.availableAt >= from && line.availableAt < to,
      )
    if (isNamed) reported += 1
    else if (unreported.length < EXAMPLES) unreported.push(`${key} (${line.why ?? 'no reason'})`)
  }
  let served = 0
  let archived = 0
  const lost: string[] = []
  for (const [key, count] of due) {
    const found = Math.min(count, kept.get(key) ?? 0)
    served += count
    archived += found
    if (found < count) lost.push(key)
  }
  let doubled = 0
  const twice: string[] = []
  for (const [key, count] of kept) {
    // What was made hard to fetch may have been fetched all the same; what is not yet due may be there early.
    const most = Math.max(possible.get(key) ?? 0, 1)
    if (count <= most) continue
    doubled += count - most
    twice.push(key)
  }
  return {
    served,
    archived,
    lost: served - archived,
    doubled,
    unavoidable,
    reported,
    examples: { lost: lost.slice(0, EXAMPLES), doubled: twice.slice(0, EXAMPLES), unreported },
  }
}

function keyOf({ kind, id, user, session, sha256 }: OfferedLine): string {
  if (kind === 'interaction') return `interaction ${user ?? ''}/${session ?? ''}/${id}`
  return `${kind} ${id === '' ? sha256 : id}`
}

/** Units that were lost, and persons whose days are gaps because of their licence. */
function namedBy({ losses, people }: Pick<CoverageStatement, 'losses' | 'people'>): Set<string> {
  const named = new Set<string>()
  for (const { key, scope, feed } of losses) {
    named.add(key)
    if (feed === 'graph-interactions') named.add(scope)
  }
  for (const { id, runs } of people)
    if (runs.some(({ reason }) => reason === 'LICENCE_LOST')) named.add(id)
  return named
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
