import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { PackGroup, Prepared } from './protocol.ts'
import { NEW, VERSION, type Decisions } from './repeats.ts'

/** Records of one tenant and period that become consecutive lines. */
export interface PlannedGroup {
  readonly tenant: string
  readonly period: string
  readonly indexes: Uint32Array
  readonly firstSequence: number
}

/**
 * Gives every kept record its sequence, ahead of its being written. Inside a batch the records are put in the order of
 * their periods, the open segment's first: a segment holds one period, and each change of period seals one.
 */
export class SequencePlan {
  readonly #archives: TenantArchives
  readonly #next = new Map<string, number>()
  readonly #openPeriod = new Map<string, string>()

  constructor(archives: TenantArchives) {
    this.#archives = archives
  }

  tenants(): readonly string[] {
    return [...this.#next.keys()].toSorted()
  }

  async assign(
    prepared: Prepared,
    { fates }: Decisions,
  ): Promise<{ readonly groups: readonly PlannedGroup[]; readonly sequences: Float64Array }> {
    const sequences = new Float64Array(prepared.count).fill(-1)
    const byGroup = new Map<string, { tenant: string; period: string; indexes: number[] }>()
    for (let at = 0; at < prepared.count; at += 1) {
      if (fates[at] !== NEW && fates[at] !== VERSION) continue
      const tenant = prepared.tenants[prepared.tenantOf[at] ?? 0] ?? ''
      const period = prepared.periods[prepared.periodOf[at] ?? 0] ?? ''
      const name = `${tenant} ${period}`
      const group = byGroup.get(name)
      if (group === undefined) byGroup.set(name, { tenant, period, indexes: [at] })
      else group.indexes.push(at)
    }
    const ordered = [...byGroup.values()].toSorted(
      (a, b) =>
        compareText(a.tenant, b.tenant) ||
        this.#rank(a) - this.#rank(b) ||
        compareText(a.period, b.period),
    )
    const groups: PlannedGroup[] = []
    for (const { tenant, period, indexes } of ordered) {
      const firstSequence =
        this.#next.get(tenant) ?? (await this.#archives.writer(tenant)).nextSequence('records')
      for (const [offset, at] of indexes.entries()) sequences[at] = firstSequence + offset
      this.#next.set(tenant, firstSequence + indexes.length)
      this.#openPeriod.set(tenant, period)
      groups.push({ tenant, period, indexes: Uint32Array.from(indexes), firstSequence })
    }
    return { groups, sequences }
  }

  #rank({ tenant, period }: { readonly tenant: string; readonly period: string }): number {
    return this.#openPeriod.get(tenant) === period ? 0 : 1
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** A group as the workers need it. */
export function packGroup({ tenant, indexes, firstSequence }: PlannedGroup): PackGroup {
  return { tenant, indexes, firstSequence }
}

/** The containers that the records of some groups came in. */
export function containersOf(
  prepared: Prepared,
  groups: readonly { readonly group: PlannedGroup }[],
): Set<string> {
  const containers = new Set<string>()
  for (const { group } of groups) {
    for (const index of group.indexes)
      containers.add(prepared.containers[prepared.containerOf[index] ?? 0] ?? '')
  }
  return containers
}
