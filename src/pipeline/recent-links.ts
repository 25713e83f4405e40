import type { ToldLinks } from './protocol.ts'

interface Generation {
  readonly byKey: Map<bigint, number[]>
  /** The last batch whose links it holds. */
  last: number
}

/** The links of batches that are not in the index yet: which of their records share a key. */
export class RecentLinks {
  #generations: Generation[] = []
  #current: Generation = { byKey: new Map(), last: 0 }

  /** Batches come in the order of their numbers. */
  add(batch: number, { keys, sequences }: ToldLinks): void {
    const { byKey } = this.#current
    this.#current.last = batch
    for (const [at, key] of keys.entries()) {
      const sequence = sequences[at] ?? 0
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, [sequence])
      else known.push(sequence)
    }
  }

  /** Begins a new generation: a generation is forgotten as a whole, once the index has all of its batches. */
  rotate(): void {
    if (this.#current.byKey.size === 0) return
    this.#generations.push(this.#current)
    this.#current = { byKey: new Map(), last: 0 }
  }

  /** The index has everything up to this batch. */
  forget(written: number): void {
    this.#generations = this.#generations.filter(({ last }) => last > written)
  }

  clear(): void {
    this.#generations = []
    this.#current = { byKey: new Map(), last: 0 }
  }

  lookup(links: readonly { readonly key: bigint }[]): number[] {
    return [...this.#generations, this.#current]
      .filter(({ byKey }) => byKey.size > 0)
      .flatMap(({ byKey }) => links.flatMap(({ key }) => byKey.get(key) ?? []))
  }
}
