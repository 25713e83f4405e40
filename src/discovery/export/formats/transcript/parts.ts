import type { Item } from '../../../../interactions/item.ts'

/** A conversation, or a part of one that is too long for one file. */
export interface Part {
  /** Of the conversation in this export, from 1. */
  readonly number: number
  /** Of the part in its conversation, from 1. */
  readonly part: number
  readonly isLast: boolean
  readonly tenantId: string
  /** null: items that belong to no conversation. */
  readonly sessionId: string | null
  /** Ordinal of the first item in its conversation, from 1. */
  readonly firstOrdinal: number
  readonly items: readonly Item[]
}

/** Where a part ended: the parts behind it can be made without it. */
export interface PartEnd extends Pick<Part, 'number' | 'part' | 'isLast'> {
  /** Of the next item, if the conversation goes on. */
  readonly nextOrdinal: number
}

/** What one file may hold: enough for any real conversation, little enough for memory and for a browser. */
const MOST = { items: 500, characters: 4_000_000 }

/** Puts items, which come in the order of conversations, into parts; only one part is in memory. `behind`: the part before the first item. */
export async function* partsOf(
  batches: AsyncIterable<readonly Item[]>,
  behind: PartEnd = { number: 0, part: 0, isLast: true, nextOrdinal: 1 },
  most = MOST,
): AsyncGenerator<Part> {
  let { number } = behind
  let part = behind.part + 1
  let ordinal = behind.nextOrdinal
  let isNew = behind.isLast
  let characters = 0
  let items: Item[] = []
  const taken = (isLast: boolean): Part | null => {
    const [first] = items
    if (first === undefined) return null
    const { tenantId, sessionId } = first
    const done = { number, part, isLast, tenantId, sessionId, firstOrdinal: ordinal, items }
    ordinal += items.length
    part += 1
    items = []
    characters = 0
    return done
  }
  for await (const batch of batches) {
    for (const item of batch) {
      const [first] = items
      const size = sizeOf(item)
      if (first !== undefined && !isSameConversation(first, item)) {
        const done = taken(true)
        if (done !== null) yield done
      } else if (items.length >= most.items || characters + size > most.characters) {
        const done = taken(false)
        if (done !== null) yield done
      }
      if (isNew || (first !== undefined && !isSameConversation(first, item))) {
        number += 1
        part = 1
        ordinal = 1
      }
      isNew = false
      items.push(item)
      characters += size
    }
  }
  const done = taken(true)
  if (done !== null) yield done
}

function isSameConversation(one: Item, other: Item): boolean {
  return one.tenantId === other.tenantId && one.sessionId === other.sessionId
}

function sizeOf({ messages, resources, text }: Item): number {
  return (
    messages.reduce((sum, message) => sum + (message.text?.length ?? 0), text.length) +
    resources.length * 200
  )
}

/** Name of the part's file, without its ending: `000012-2026-03-04`, `000012-2026-03-04-part-2`. */
export function fileName({ number, part, isLast, items }: Part): string {
  const day = /^\d{4}-\d\d-\d\d/.exec(items[0]?.occurredAt ?? '')?.[0] ?? 'undated'
  const tail = part === 1 && isLast ? '' : `-part-${part}`
  return `${String(number).padStart(6, '0')}-${day}${tail}`
}
