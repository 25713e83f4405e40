/** Which of `size` things belong together (union-find: near-linear, whatever the order of joining). */
export class Groups {
  readonly #parent: number[] = []

  constructor(size: number) {
    for (let i = 0; i < size; i += 1) this.#parent.push(i)
  }

  /** The group's number: the smallest of its members'. */
  of(member: number): number {
    let at = member
    for (;;) {
      const parent = this.#parent[at] ?? at
      if (parent === at) return at
      const grandparent = this.#parent[parent] ?? parent
      this.#parent[at] = grandparent
      at = grandparent
    }
  }

  join(a: number, b: number): void {
    const rootA = this.of(a)
    const rootB = this.of(b)
    if (rootA < rootB) this.#parent[rootB] = rootA
    else if (rootB < rootA) this.#parent[rootA] = rootB
  }
}
