import type { ToldLinks } from './protocol.ts'

interface Generation {
  /** One sequence, or several: most keys are told by one record alone. */
  readonly byKey: Map<number, number | number[]>
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
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at] ?? 0
      const sequence = sequences[at] ?? 0
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, sequence)
      else if (typeof known === 'number') byKey.set(key, [known, sequence])
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

  lookup(links: readonly { readonly key: number }[]): number[] {
    const found: number[] = []
    for (const { byKey } of [...this.#generations, this.#current]) {
      if (byKey.size === 0) continue
      for (const { key } of links) {
        const known = byKey.get(key)
        if (typeof known === 'number') found.push(known)
        else if (known !== undefined) found.push(...known)
      }
    }
    return found
  }
}
