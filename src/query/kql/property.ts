import type { Item } from '../../interactions/item.ts'
import type { Flag } from '../../interactions/record.ts'

/** An SQL expression and whether it is an array of strings. In the form that `fold` or `lower` gives. */
export interface Column {
  readonly sql: string
  readonly array: boolean
}

/**
 * What can be asked for, and how it is answered: in SQL by `columns`, in memory by `of`. Both must agree.
 * `exact`: a value equals (ASCII case aside). `name`: or its words are part of it. Other types compare as they say.
 */
export type Property = { readonly name: string; readonly aliases: readonly string[] } & (
  | {
      readonly type: 'exact'
      readonly columns: readonly Column[]
      readonly of: (item: Item) => readonly string[]
      /** The values that a typed one stands for. */
      readonly means?: (value: string) => readonly string[]
      /** All of its columns are ids whose days are known (days.ts). */
      readonly dated?: true
    }
  | {
      readonly type: 'name'
      /** Everything that a value can equal, folded. */
      readonly column: string
      readonly of: (item: Item) => readonly string[]
      /** What it can be words of: all of it is searched as text, too. */
      readonly names: { readonly sql: string; readonly of: (item: Item) => readonly string[] }
      /** True for a value that can only be meant whole: an address, an id. */
      readonly whole: (value: string) => boolean
    }
  | { readonly type: 'flag'; readonly column: string; readonly of: (item: Item) => Flag }
  | { readonly type: 'time'; readonly column: string; readonly of: (item: Item) => string }
  | { readonly type: 'number'; readonly column: string; readonly of: (item: Item) => number | null }
  | { readonly type: 'text'; readonly part: 'prompt' | 'answer' | 'all' }
)

/** ASCII case only, as the engine's `lower` does. */
export function lower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
