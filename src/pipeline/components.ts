/** Groups records that share a link, directly or over others: each group can be reconciled by itself. */
export class Components {
  readonly #parents: number[] = []
  readonly #byKey = new Map<number, number>()

  /** Adds the next member; answers with its number. */
  add(): number {
    return this.#parents.push(this.#parents.length) - 1
  }

  link(member: number, key: number): void {
    const other = this.#byKey.get(key)
    if (other === undefined) this.#byKey.set(key, member)
    else this.#join(member, other)
  }

  /** The groups, each with its members ascending, in the order of their first members. */
  groups(): number[][] {
    const groups = new Map<number, number[]>()
    for (const member of this.#parents.keys()) {
      const root = this.#root(member)
      const group = groups.get(root)
      if (group === undefined) groups.set(root, [member])
      else group.push(member)
    }
    return [...groups.values()]
  }

  #join(a: number, b: number): void {
    const [x, y] = [this.#root(a), this.#root(b)]
    if (x !== y) this.#parents[Math.max(x, y)] = Math.min(x, y)
  }

  #root(member: number): number {
    let root = member
    while (this.#parents[root] !== root) root = this.#parents[root] ?? root
    // Flattened on the way back, so that a long chain is walked once.
    for (let at = member; at !== root;) {
      const next = this.#parents[at] ?? root
      this.#parents[at] = root
      at = next
    }
    return root
  }
}
