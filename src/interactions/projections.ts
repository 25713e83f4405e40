import { hash } from 'node:crypto'
import { compare, type Told } from './merge-told.ts'
import type { Join } from './item.ts'
import { eachLink } from './link.ts'
import { Groups } from './reconcile-groups.ts'
import type { Facts } from './record.ts'

// Rows that tools made from audit records, and other lossy forms of one. They are records of their own; which item they
// belong to is decided here. Rules: docs/spec/reconciliation.md, "Projections".

/** Clocks of two exports of one record differ in their rounding. */
const TOLERANCE_MS = 1_000

/** A projection and the message keys by which it may meet what is none. */
export interface ProjectedPart {
  readonly index: number
  readonly of: string
  readonly told: Told
  readonly messageKeys: readonly string[]
}

/**
 * Joins rows with the record they were made from, if both tell the same; else, if all rows of one id agree, with each
 * other and with what shares a message. Rows that contradict each other or the record stay apart and are marked.
 * `firstWith`: for each message key, a record that is no projection and has it.
 */
export function joinProjections(
  projected: readonly ProjectedPart[],
  tellings: readonly Told[],
  groups: Groups,
  firstWith: Map<string, number>,
): void {
  if (projected.length === 0) return
  const originals = originalsIn(tellings)
  const clusters = clustersOf(tellings)
  for (const [of, rows] of byRecord(projected)) {
    const cluster = clusters.of(rows[0]?.index ?? 0)
    // What no link ties to a row is no business of its: the index would not find it either.
    const versions = originals.get(of)?.filter(({ index }) => clusters.of(index) === cluster) ?? []
    if (versions.length > 0) joinWithOriginal(rows, versions, groups)
    else if (agree(rows)) joinByMessages(rows, groups, firstWith)
    else dispute(rows, groups)
  }
}

function byRecord(projected: readonly ProjectedPart[]): Map<string, ProjectedPart[]> {
  const byId = new Map<string, ProjectedPart[]>()
  for (const row of projected) {
    const known = byId.get(row.of)
    if (known === undefined) byId.set(row.of, [row])
    else known.push(row)
  }
  return byId
}

/** What hangs together by links, those of projections included, as the index sees it. */
function clustersOf(tellings: readonly Told[]): Groups {
  const clusters = new Groups(tellings.length)
  const firstWith = new Map<string, number>()
  for (const [index, { facts }] of tellings.entries()) {
    eachLink(facts, (key) => {
      const first = firstWith.get(key)
      if (first === undefined) firstWith.set(key, index)
      else clusters.join(first, index)
    })
  }
  return clusters
}

/** A version of an audit record, and its place among the records. */
export type Original = { readonly index: number; readonly told: Told }

/** Audit records by their ids, all versions of each. */
export function originalsIn(tellings: readonly Told[]): Map<string, Original[]> {
  const originals = new Map<string, Original[]>()
  for (const [index, told] of tellings.entries()) {
    const { namespace, nativeId, projection } = told.facts
    if (namespace !== 'audit' || nativeId === null || projection !== undefined) continue
    const known = originals.get(nativeId)
    if (known === undefined) originals.set(nativeId, [{ index, told }])
    else known.push({ index, told })
  }
  return originals
}

function joinWithOriginal(
  rows: readonly ProjectedPart[],
  versions: readonly Original[],
  groups: Groups,
): void {
  const liars: ProjectedPart[] = []
  const cores = inFixedOrder(versions).map(({ index, told }) => ({
    index,
    core: coreOf(told),
    messages: new Set(told.facts.messages.map(({ id }) => id)),
  }))
  for (const row of rows) {
    const core = coreOf(row.told)
    const fitting = cores.filter((candidate) => isSame(candidate.core, core))
    // Versions may lie in different exchanges: that of the row's own message is meant.
    const shared = fitting.find(({ messages }) =>
      row.told.facts.messages.some(({ id }) => id !== '' && messages.has(id)),
    )
    const original = shared ?? fitting[0]
    if (original === undefined) liars.push(row)
    else groups.join(original.index, row.index)
  }
  if (liars.length > 0) dispute(liars, groups)
}

/** An order that the archive's does not change: a row that fits several versions goes to the same one in every import. */
function inFixedOrder(versions: readonly Original[]): readonly Original[] {
  if (versions.length < 2) return versions
  return versions
    .map((original) => ({ original, content: JSON.stringify(original.told.facts) }))
    .toSorted((a, b) => compare(a.content, b.content))
    .map(({ original }) => original)
}

function joinByMessages(
  rows: readonly ProjectedPart[],
  groups: Groups,
  firstWith: Map<string, number>,
): void {
  const [first] = rows
  if (first === undefined) return
  for (const { index, messageKeys } of rows) {
    groups.join(first.index, index)
    for (const key of messageKeys) {
      const other = firstWith.get(key)
      if (other === undefined) firstWith.set(key, index)
      else groups.join(other, index)
    }
  }
}

/** Rows that tell the very same stay together; whoever shows them must say that others tell otherwise. */
function dispute(rows: readonly ProjectedPart[], groups: Groups): void {
  const alike = new Map<string, number>()
  for (const { index, told } of rows) {
    told.disputed = true
    const key = JSON.stringify(coreOf(told))
    const first = alike.get(key)
    if (first === undefined) alike.set(key, index)
    else groups.join(first, index)
  }
}

/** What every row made from one record repeats. */
interface Core {
  /** Milliseconds since 1970; NaN when unknown. */
  readonly at: number
  readonly user: string | null
  readonly operation: string | null
  readonly session: string | null
}

function coreOf({ at, facts }: Told): Core {
  return { at, user: userOf(facts), operation: operationOf(facts), session: facts.sessionId }
}

function userOf({ user }: Facts): string | null {
  return user === null ? null : (user.upn ?? user.objectId ?? user.name)
}

/** Activity Explorer writes `Copilot Interaction` for `CopilotInteraction`. */
function operationOf({ operation }: Facts): string | null {
  return operation === '' ? null : operation.replaceAll(' ', '').toLowerCase()
}

/** What one of two does not say, it does not contradict. */
function isSame(a: Core, b: Core): boolean {
  return (
    !(Math.abs(a.at - b.at) > TOLERANCE_MS) &&
    fits(a.user, b.user) &&
    fits(a.operation, b.operation) &&
    fits(a.session, b.session)
  )
}

function fits(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b
}

/** No two of them contradict each other; linear, whatever their number. */
function agree(rows: readonly ProjectedPart[]): boolean {
  let first = NaN
  let last = NaN
  const all = { user: new Set(), operation: new Set(), session: new Set() }
  for (const { told } of rows) {
    const { at, user, operation, session } = coreOf(told)
    if (!(at >= first)) first = Number.isNaN(at) ? first : at
    if (!(at <= last)) last = Number.isNaN(at) ? last : at
    if (user !== null) all.user.add(user)
    if (operation !== null) all.operation.add(operation)
    if (session !== null) all.session.add(session)
  }
  const isOneTime = !(last - first > TOLERANCE_MS)
  return isOneTime && all.user.size < 2 && all.operation.size < 2 && all.session.size < 2
}

/** Of an item that is made of projections alone: what its rows repeat. Null when there is another record in it. */
export function projectionKey(records: readonly Told[]): string | null {
  let smallest: string | null = null
  for (const told of records) {
    const { projection } = told.facts
    if (projection === undefined) return null
    const { user, operation, session } = coreOf(told)
    const key = JSON.stringify([projection.of, told.facts.occurredAt, user, operation, session])
    if (smallest === null || key < smallest) smallest = key
  }
  return smallest
}

/** By what the projections of one item belong to it. */
export function joinsOf(records: readonly Told[]): readonly Join[] {
  const projections = records.filter(({ facts }) => facts.projection !== undefined)
  if (projections.length === 0 || records.length === 1) return []
  const others = records.filter(({ facts }) => facts.projection === undefined)
  const ids = new Set(others.map(({ facts }) => facts.nativeId))
  const rendered = new Set(projections.map(({ facts }) => facts.projection?.of))
  const byId: number[] = []
  const byMessage: number[] = []
  for (const { facts, sequence } of projections) {
    const hasOriginal = ids.has(facts.projection?.of ?? '')
    const isAlone = others.length === 0 && rendered.size === 1
    if (hasOriginal || isAlone) byId.push(sequence)
    else byMessage.push(sequence)
  }
  const joins: Join[] = []
  const join = (basis: Join['basis'], confidence: Join['confidence'], sequences: number[]) => {
    if (sequences.length > 0)
      joins.push({ basis, confidence, sequences: sequences.toSorted((a, b) => a - b) })
  }
  join('record-id', 'certain', byId)
  join('message-id', 'likely', byMessage)
  return joins
}

/** Ids that people know: of a row the id of the record it was made from. */
export function recordIdsOf(records: readonly Told[]): readonly string[] {
  const ids = new Set<string>()
  for (const { facts } of records) {
    const id = facts.projection?.of ?? facts.nativeId
    if (id !== null) ids.add(id)
  }
  return [...ids].toSorted(compare)
}

/** Native id of a row: the record's, and a digest of what the row says. Two spellings of one row have the same. */
export function projectionId(of: string, form: string): string {
  return `${of}~${hash('sha256', form, 'hex').slice(0, 32)}`
}
