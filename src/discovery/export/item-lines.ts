import type { FrameRef } from '../../archive/types.ts'
import type { Item, Part } from '../../interactions/item.ts'
import { reconcile } from '../../interactions/reconcile.ts'
import { CodedError } from '../../platform/errors.ts'
import { ITEM_VALUES } from './item-values.ts'
import { minimiseItem, type Minimise } from './minimise.ts'
import { TextBuffer } from './text-buffer.ts'

// Items made again from their archived records: synchronous, also for worker threads.

/** An item of the index, and the records that it is made of. */
export interface ItemPlace {
  readonly tenant: string
  readonly id: string
  readonly sequences: readonly number[]
  /** Of its texts. */
  readonly bytes: number
}

/** Items in their order, and where their records lie. Plain data, posted to workers. */
export interface ItemTask {
  readonly items: readonly ItemPlace[]
  readonly frames: readonly {
    readonly tenant: string
    readonly frame: FrameRef
    /** Numbers of lines in the frame. */
    readonly wanted: readonly number[]
  }[]
}

export interface ItemSetting {
  /** Names. */
  readonly fields: readonly string[]
  readonly minimise: Minimise
}

export interface ItemLines {
  /** An object a line, each with its line feed. */
  readonly lines: Uint8Array
  readonly rows: number
}

/** The records at hand, by tenant and sequence. */
export type Parts = ReadonlyMap<string, Part>

export const partKey = (tenant: string, sequence: number): string => `${tenant}/${sequence}`

/** The item itself. Throws INDEX_STALE when its records make another one. */
export function itemOf({ tenant, id, sequences }: ItemPlace, parts: Parts): Item {
  const own = sequences.flatMap((sequence) => parts.get(partKey(tenant, sequence)) ?? [])
  const [item, ...others] = reconcile(own, { tenantId: tenant })
  if (item?.id === id && others.length === 0) return item
  throw new CodedError(
    'INDEX_STALE',
    `The index does not agree with the archive on item ${id}: run "daybook reindex"`,
  )
}

/** About what an item takes as a line. */
const LINE_BYTES = 6_000

export function itemLines(
  items: readonly ItemPlace[],
  parts: Parts,
  { fields, minimise }: ItemSetting,
): ItemLines {
  const kept = new Set(fields)
  const lines = new TextBuffer(items.length * LINE_BYTES)
  for (const place of items) {
    const item = minimiseItem(itemOf(place, parts), minimise, kept)
    const values: Record<string, unknown> = {}
    for (const name of fields) values[name] = ITEM_VALUES[name]?.(item)
    lines.addLine(JSON.stringify(values))
  }
  return { lines: lines.taken(), rows: items.length }
}
