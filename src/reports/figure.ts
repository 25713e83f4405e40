/** What a figure counts. `interaction`: one prompt or one answer; `item`: an exchange or an event; see the spec. */
export type FigureUnit = 'interaction' | 'item' | 'person' | 'credit'

type FigureState = 'complete' | 'partial' | 'unknown'

/** A number that says what it counts, whether it is all there is, and how to see what it was made of. */
export interface Figure {
  /** null: unknown. */
  readonly value: number | null
  readonly unit: FigureUnit
  /** Part of the whole that `shareOf` of the column names, 0 to 1; null where there is none. */
  readonly share: number | null
  readonly state: FigureState
  /** What is missing, in a sentence; null when complete. */
  readonly missing: string | null
  /** Lists the items that the figure was made of; null where the query language cannot say it. */
  readonly kql: string | null
  /** How many items that are: `daybook search "<kql>" --count`. */
  readonly items: number
}

/** A row of a table: a surface, a day, an agent. */
export interface Row {
  readonly label: string
  /** By the keys of the table's columns. */
  readonly figures: Readonly<Record<string, Figure>>
}

export interface Column {
  readonly key: string
  readonly title: string
  readonly unit: FigureUnit
  /** What the shares are parts of, in words; null: the column has none. */
  readonly shareOf: string | null
}

export interface Table {
  readonly name: string
  readonly title: string
  /** What a row is. */
  readonly rowTitle: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** Items that have no value, where a row is a value. */
  readonly none: Row | null
  /** The whole, where the rows are parts of one. */
  readonly total: Row | null
  /** Rows that there are, shown or not. */
  readonly distinct: number
  readonly notes: readonly string[]
}

/** What a figure lacks because of what the records lack, or the index. */
export interface Lack {
  readonly state: FigureState
  readonly missing: string | null
}

export const COMPLETE: Lack = { state: 'complete', missing: null }

export const partial = (missing: string): Lack => ({ state: 'partial', missing })

/** Both lacks at once: the worse state, every sentence. */
export function joined(a: Lack, b: Lack): Lack {
  const order: readonly FigureState[] = ['complete', 'partial', 'unknown']
  const state = order.indexOf(a.state) >= order.indexOf(b.state) ? a.state : b.state
  const missing = [a.missing, b.missing].filter((sentence) => sentence !== null)
  return { state, missing: missing.length === 0 ? null : missing.join('; ') }
}

export function part(value: number, whole: number): number | null {
  return whole === 0 ? null : value / whole
}
