import type { Part } from './item.ts'
import { timeOf } from './link.ts'
import type { Facts, Flag, Namespace } from './record.ts'

/** One record on its way into an item. */
export interface Told {
  readonly sequence: number
  readonly identity: string
  readonly part: Part
  readonly facts: Facts
  /** Milliseconds of occurredAt, NaN when unknown. */
  readonly at: number
  /** How many newer versions of the record there are: 0 for the one that is shown. */
  newer: number
  /** The runtime's own record of a turn that the client's record already tells of. */
  twin: boolean
  /** A row that others with the id of the same record contradict. */
  disputed: boolean
}

export function toldOf(part: Part): Told {
  return {
    sequence: part.sequence,
    identity: part.identity,
    part,
    facts: part.facts,
    at: timeOf(part.facts.occurredAt),
    newer: 0,
    twin: false,
    disputed: false,
  }
}

// Audit first: it says where and as whom. Projections, which have lost fields, last.
const RANK: Readonly<Record<Namespace, number>> = {
  audit: 0,
  interaction: 1,
  transcript: 2,
  telemetry: 3,
  ediscovery: 4,
  explorer: 5,
}

/**
 * The order in which records are asked, first answer wins: current before superseded versions, the client's record
 * before its twin, audit before the others, early before late. Archive order decides only between identical records.
 */
export function byAuthority(a: Told, b: Told): number {
  if (a.newer !== b.newer) return a.newer - b.newer
  if (a.twin !== b.twin) return a.twin ? 1 : -1
  const rank = RANK[a.facts.namespace] - RANK[b.facts.namespace]
  if (rank !== 0) return rank
  return byTime(a.at, b.at) || compare(a.identity, b.identity) || a.sequence - b.sequence
}

/** Ascending; unknown times last. */
export function byTime(a: number, b: number): number {
  if (a === b) return 0
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return a - b
}

/** By UTF-16 code units: the same on every machine, whatever its locale. */
export function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** True if any says true, false if at least one says false, else unknown. */
export function eitherFlag(a: Flag, b: Flag): Flag {
  if (a === true || b === true) return true
  return a === false || b === false ? false : null
}
