import type { KeyEntry, KnownContent, RepeatKeys } from '../catalog/repeat-keys.ts'
import type { Comparison, Prepared } from './protocol.ts'
import { VERDICT_KEEP } from './protocol.ts'

// 0: dropped as not about AI.
export const NEW = 1
export const VERSION = 2
export const REPEATED = 3

/** What becomes of each record of a batch; parallel arrays. */
export interface Decisions {
  readonly fates: Uint8Array
  /** Of a repeated record: the candidate that it repeats. */
  readonly repeats: ReadonlyMap<number, Candidate>
  /** Bytes that differ from those of the record they repeat: remembered, so that they are compared only once. */
  readonly aliases: readonly number[]
  /** Keys of the batch that were known before it. */
  readonly before: ReadonlySet<number>
}

/** A content that a record may repeat: archived (`sequence`), or of an earlier record of the same batch (`index`). */
export interface Candidate {
  readonly high: number
  readonly low: number
  readonly sequence: number
  readonly index: number
}

/** Asks whether record `index` means the same as a candidate. */
export type Compare = (
  pairs: readonly { readonly index: number; readonly candidate: Candidate }[],
) => Promise<readonly Comparison[]>

/**
 * A record that names no tenant is filed by a rule that depends on the folder: its only tenant, else nobody's. When it
 * lies byte for byte in the archive of another tenant already, filed when the folder was another, it stays there: it is
 * a repeat, not a second copy.
 */
export function filedElsewhere(
  prepared: Prepared,
  known: Pick<RepeatKeys, 'find' | 'others'>,
  pending: ReadonlyMap<number, readonly KnownContent[]>,
): Prepared {
  const { elsewhere, high, low } = prepared
  if (elsewhere.length === 0) return prepared
  const own = known.find(elsewhere.map(({ at }) => prepared.keys[at] ?? 0))
  const archived = known.find(elsewhere.map(({ key }) => key))
  const tenants = [...prepared.tenants]
  const tenantOf = Uint16Array.from(prepared.tenantOf)
  const keys = Float64Array.from(prepared.keys)
  const holds = (found: ReadonlyMap<number, KnownContent>, key: number, at: number): boolean => {
    const first = found.get(key)
    const contents = first === undefined ? [] : [first, ...known.others(key)]
    return [...contents, ...(pending.get(key) ?? [])].some(
      (content) => content.high === high[at] && content.low === low[at],
    )
  }
  for (const { at, tenant, key } of elsewhere) {
    if (holds(own, prepared.keys[at] ?? 0, at) || !holds(archived, key, at)) continue
    if (!tenants.includes(tenant)) tenants.push(tenant)
    tenantOf[at] = tenants.indexOf(tenant)
    keys[at] = key
  }
  return { ...prepared, tenants, tenantOf, keys }
}

/**
 * Decides what is new, what is a later version and what was there before (spine, section 2), in the batch's order.
 * `pending`: entries of earlier batches that are decided but not yet remembered.
 */
export async function decide(
  prepared: Prepared,
  known: Pick<RepeatKeys, 'find' | 'others'>,
  pending: ReadonlyMap<number, readonly KnownContent[]>,
  compare: Compare,
): Promise<Decisions> {
  const { count, keys, high, low, verdicts } = prepared
  const fates = new Uint8Array(count)
  const repeats = new Map<number, Candidate>()
  const aliases: number[] = []
  const before = new Set<number>()
  const wanted: number[] = []
  for (let at = 0; at < count; at += 1)
    if (verdicts[at] === VERDICT_KEEP) wanted.push(keys[at] ?? 0)
  const archived = known.find(wanted)
  const candidates = new Map<number, Candidate[]>()

  const candidatesOf = (key: number): Candidate[] => {
    let list = candidates.get(key)
    if (list === undefined) {
      const first = archived.get(key)
      const others = first === undefined ? [] : known.others(key)
      list = [...(first === undefined ? [] : [first]), ...others, ...(pending.get(key) ?? [])].map(
        (content) => ({ ...content, index: -1 }),
      )
      candidates.set(key, list)
      if (list.length > 0) before.add(key)
    }
    return list
  }
  const keep = (at: number, fate: number, list: Candidate[]) => {
    fates[at] = fate
    list.push({ high: high[at] ?? 0, low: low[at] ?? 0, sequence: -1, index: at })
  }

  // Usually one round. A record is left to the next one when an earlier record under its key is still undecided.
  let open: number[] = []
  for (let at = 0; at < count; at += 1) if (verdicts[at] === VERDICT_KEEP) open.push(at)
  while (open.length > 0) {
    const undecided = new Set<number>()
    const later: number[] = []
    const asked: { index: number; candidate: Candidate }[] = []
    for (const at of open) {
      const key = keys[at] ?? 0
      if (undecided.has(key)) {
        later.push(at)
        continue
      }
      const list = candidatesOf(key)
      const same = list.find(
        (candidate) => candidate.high === high[at] && candidate.low === low[at],
      )
      if (same !== undefined) {
        fates[at] = REPEATED
        repeats.set(at, same)
      } else if (list.length === 0) {
        keep(at, NEW, list)
      } else {
        undecided.add(key)
        for (const candidate of distinct(list)) asked.push({ index: at, candidate })
      }
    }
    const results = asked.length === 0 ? [] : await compare(asked)
    for (let from = 0; from < asked.length;) {
      const at = asked[from]?.index ?? 0
      let until = from
      while (asked[until]?.index === at) until += 1
      const list = candidatesOf(keys[at] ?? 0)
      const same = asked.slice(from, until).find((_, offset) => results[from + offset] === 'same')
      if (same !== undefined) {
        fates[at] = REPEATED
        repeats.set(at, same.candidate)
        aliases.push(at)
        list.push({ ...same.candidate, high: high[at] ?? 0, low: low[at] ?? 0 })
      } else {
        const sameIdentity = results.slice(from, until).includes('different')
        keep(at, sameIdentity ? VERSION : NEW, list)
      }
      from = until
    }
    open = later
  }
  return { fates, repeats, aliases, before }
}

// Aliases point at a record that is in the list already: it is compared once.
function distinct(list: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>()
  return list.filter(({ sequence, index }) => {
    const name = index >= 0 ? `#${index}` : String(sequence)
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}

/** What is to be remembered of a decided batch once its records are archived. */
export function entriesOf(
  prepared: Prepared,
  { fates, repeats, aliases, before }: Decisions,
  sequences: Float64Array,
): { readonly tenant: string; readonly entry: KeyEntry }[] {
  const taken = new Set<number>()
  const entry = (at: number, sequence: number): { tenant: string; entry: KeyEntry } => {
    const key = prepared.keys[at] ?? 0
    const first = !taken.has(key) && !before.has(key)
    taken.add(key)
    return {
      tenant: prepared.tenants[prepared.tenantOf[at] ?? 0] ?? '',
      entry: { key, high: prepared.high[at] ?? 0, low: prepared.low[at] ?? 0, sequence, first },
    }
  }
  const entries: { tenant: string; entry: KeyEntry }[] = []
  for (let at = 0; at < prepared.count; at += 1) {
    if (fates[at] === NEW || fates[at] === VERSION) entries.push(entry(at, sequences[at] ?? 0))
  }
  for (const at of aliases) {
    const candidate = repeats.get(at)
    if (candidate === undefined) continue
    const sequence = candidate.index >= 0 ? (sequences[candidate.index] ?? 0) : candidate.sequence
    entries.push(entry(at, sequence))
  }
  return entries
}
