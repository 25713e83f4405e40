/** A list of numbers that grows, at eight bytes each: an export may have millions of lines. */
export class Numbers {
  private values = new Float64Array(1024)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length] = value
    this.length += 1
  }

  at(index: number): number | undefined {
    return index < this.length ? this.values[index] : undefined
  }

  /** 0, 1, 2, … to the end of the list. */
  indexes(): Uint32Array {
    return Uint32Array.from({ length: this.length }, (_, at) => at)
  }
}

/** A set of numbers that mostly come in ascending order, and then take eight bytes each. */
export class NumberSet {
  private readonly ascending = new Numbers()
  private readonly others = new Set<number>()

  /** Adds a number; false when it is there already. */
  add(value: number): boolean {
    const last = this.ascending.at(this.ascending.length - 1)
    if (last === undefined || value > last) {
      this.ascending.push(value)
      return true
    }
    if (this.others.has(value) || this.holds(value)) return false
    this.others.add(value)
    return true
  }

  /** By halves. */
  private holds(value: number): boolean {
    let [from, to] = [0, this.ascending.length]
    while (from < to) {
      const middle = Math.floor((from + to) / 2)
      const found = this.ascending.at(middle) ?? value
      if (found === value) return true
      if (found < value) from = middle + 1
      else to = middle
    }
    return false
  }
}
