/** Collects a statement's values and gives each the placeholder that stands for it. */
export class Binder {
  readonly params: Record<string, unknown> = {}
  #count = 0

  bind(type: string, value: unknown): string {
    const name = `p${this.#count}`
    this.#count += 1
    this.params[name] = value
    return `{${name}:${type}}`
  }

  text(value: string): string {
    return this.bind('String', value)
  }
}
