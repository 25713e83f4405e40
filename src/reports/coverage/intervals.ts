/** Milliseconds since 1970, half-open. */
export type Interval = readonly [from: number, to: number]

/** The union of intervals, sorted and disjoint, asked whether it holds another one whole, or touches it. */
export class Intervals {
  readonly #all: Interval[] = []

  constructor(intervals: Iterable<Interval>) {
    const sorted = [...intervals].filter(([from, to]) => from < to).toSorted(([a], [b]) => a - b)
    for (const [from, to] of sorted) {
      const last = this.#all.at(-1)
      if (last === undefined || from > last[1]) this.#all.push([from, to])
      else if (to > last[1]) this.#all[this.#all.length - 1] = [last[0], to]
    }
  }

  holds([from, to]: Interval): boolean {
    return this.#all.some(([start, end]) => start <= from && to <= end)
  }

  touches([from, to]: Interval): boolean {
    return this.#all.some(([start, end]) => start < to && from < end)
  }
}
