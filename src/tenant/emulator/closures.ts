import type { ContentType } from './event-day.ts'

interface Closure {
  readonly from: number
  /** Infinity while it lasts. */
  to: number
}

/**
 * When subscriptions were off, by tenant time: content that is created meanwhile is not listed afterwards either
 * (interface reference a), so nobody can have it.
 */
export class Closures {
  readonly #byType = new Map<ContentType, Closure[]>()

  close(type: ContentType, at: number): void {
    const all = this.#byType.get(type) ?? []
    if (all.at(-1)?.to === Infinity) return
    all.push({ from: at, to: Infinity })
    this.#byType.set(type, all)
  }

  open(type: ContentType, at: number): void {
    const last = this.#byType.get(type)?.at(-1)
    if (last?.to === Infinity) last.to = at
  }

  holds(type: ContentType, created: number): boolean {
    return this.#byType.get(type)?.some(({ from, to }) => created >= from && created < to) ?? false
  }
}
