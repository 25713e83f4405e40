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

  /** The numbers that stand in the list more than once, each once per repetition. */
  repeated(): Float64Array {
    const sorted = this.values.slice(0, this.length).toSorted()
    return sorted.filter((value, at) => at > 0 && value === sorted[at - 1])
  }
}
