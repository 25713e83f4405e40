import type { ItemRow } from '../../query/item-row.ts'

// A person's items in the order of time, grouped where little time lies between one and the next: a draft in Word, a
// letter in Outlook. Proximity is all that is claimed; files met on several surfaces are named as what ties them.

export const DEFAULT_GAP_MS = 15 * 60_000

/** What a chain comes to, told when it is over. */
export interface ChainEnd {
  readonly type: 'chain-end'
  readonly chain: number
  readonly from: string
  readonly to: string
  readonly exchanges: number
  readonly automatic: number
  readonly events: number
  /** In the order in which they were used; the same one twice when the person came back. */
  readonly path: readonly string[]
  /** Files that were met more than once, with the surfaces; the first that fit. */
  readonly carried: readonly { readonly file: string; readonly surfaces: readonly string[] }[]
  readonly labels: readonly string[]
  readonly flags: readonly string[]
  /** Lists that were cut: more of each than is told here. */
  readonly cut: boolean
}

export type TimelineStep =
  | { readonly type: 'chain'; readonly chain: number; readonly at: string }
  | { readonly type: 'entry'; readonly chain: number; readonly row: ItemRow }
  | ChainEnd
  /** Nothing is recorded between two chains. */
  | {
      readonly type: 'silence'
      readonly from: string
      readonly to: string
      readonly seconds: number
    }

/** Most of each list that a chain keeps: a chain may be as long as the archive. */
const MOST = 200
const TOLD = 20

/** Rows must come oldest first. A row without a time of its own stands where it was received. */
export async function* inChains(
  rows: AsyncIterable<ItemRow>,
  gapMs: number,
): AsyncGenerator<TimelineStep> {
  let chain: Chain | null = null
  let number = 0
  for await (const row of rows) {
    if (chain !== null && Date.parse(row.occurredAt) - Date.parse(chain.to) > gapMs) {
      yield chain.end()
      const seconds = Math.round((Date.parse(row.occurredAt) - Date.parse(chain.to)) / 1_000)
      yield { type: 'silence', from: chain.to, to: row.occurredAt, seconds }
      chain = null
    }
    if (chain === null) {
      number += 1
      chain = new Chain(number, row.occurredAt)
      yield { type: 'chain', chain: number, at: row.occurredAt }
    }
    chain.add(row)
    yield { type: 'entry', chain: number, row }
  }
  if (chain !== null) yield chain.end()
}

class Chain {
  readonly #number: number
  readonly #from: string
  readonly #path: string[] = []
  readonly #files = new Map<string, { times: number; readonly surfaces: Set<string> }>()
  readonly #labels = new Set<string>()
  readonly #flags = new Set<string>()
  #exchanges = 0
  #automatic = 0
  #events = 0
  #cut = false
  to: string

  constructor(number: number, from: string) {
    this.#number = number
    this.#from = from
    this.to = from
  }

  add(row: ItemRow): void {
    this.to = row.occurredAt
    if (row.kind === 'interaction') {
      this.#exchanges += 1
      if (row.automatic === true) this.#automatic += 1
    } else this.#events += 1
    const { surface } = row
    if (surface !== null && this.#path.at(-1) !== surface) {
      if (this.#path.length < MOST) this.#path.push(surface)
      else this.#cut = true
    }
    for (const file of row.files) {
      const known = this.#files.get(file)
      if (known !== undefined) {
        known.times += 1
        if (surface !== null) known.surfaces.add(surface)
      } else if (this.#files.size < MOST)
        this.#files.set(file, { times: 1, surfaces: new Set(surface === null ? [] : [surface]) })
      else this.#cut = true
    }
    for (const label of row.labels) this.#keep(this.#labels, label)
    for (const flag of flagsOf(row)) this.#keep(this.#flags, flag)
  }

  #keep(set: Set<string>, value: string): void {
    if (set.size < MOST || set.has(value)) set.add(value)
    else this.#cut = true
  }

  end(): ChainEnd {
    const carried = [...this.#files]
      .filter(([, { times }]) => times > 1)
      .toSorted(([, a], [, b]) => b.surfaces.size - a.surfaces.size || b.times - a.times)
      .map(([file, { surfaces }]) => ({ file, surfaces: [...surfaces] }))
    return {
      type: 'chain-end',
      chain: this.#number,
      from: this.#from,
      to: this.to,
      exchanges: this.#exchanges,
      automatic: this.#automatic,
      events: this.#events,
      path: this.#path.slice(0, TOLD),
      carried: carried.slice(0, TOLD),
      labels: [...this.#labels].slice(0, TOLD),
      flags: [...this.#flags],
      cut:
        this.#cut || this.#path.length > TOLD || carried.length > TOLD || this.#labels.size > TOLD,
    }
  }
}

function flagsOf(row: ItemRow): string[] {
  return [
    ...(row.jailbreak === true ? ['jailbreak'] : []),
    ...(row.xpia === true ? ['xpia'] : []),
    ...(row.web === true ? ['web'] : []),
    ...(row.dlp === 'blocked' || row.dlp === 'audited' ? [`dlp-${row.dlp}`] : []),
  ]
}
