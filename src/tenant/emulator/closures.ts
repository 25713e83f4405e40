import type { ContentType } from './event-day.ts'

interface Closure {
  readonly from: number
  to: number
}

/**
 * When subscriptions were off, by tenant time: content that is created meanwhile is not listed afterwards either
 * (interface reference a), so nobody can have it.
 */
export class Closures {
  readonly #byType = new Map<ContentType, Closure[]>()

  close(type: ContentType, from: number, to = Infinity): void {
    const all = this.#byType.get(type) ?? []
    all.push({ from, to })
    this.#byType.set(type, all)
  }

  open(type: ContentType, at: number): void {
    for (const one of this.#byType.get(type) ?? []) one.to = Math.min(one.to, at)
  }

  holds(type: ContentType, created: number): boolean {
    return this.#byType.get(type)?.some(({ from, to }) => created >= from && created < to) ?? false
  }
}
