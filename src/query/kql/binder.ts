/** Collects a statement's values and gives each the placeholder that stands for it. */
export class Binder {
  readonly params: Record<string, unknown> = {}
  /** Whether texts are to be read, or what needs that is left open: then every row that the index allows is one. */
  readonly readsTexts: boolean
  /** Whether the order of words is looked at, in a fifth of what their texts take. */
  readonly readsHashes: boolean
  /** How often it was left open. */
  left = 0
  /** How often of these nothing comes close to what was left open. */
  loose = 0
  #count = 0

  constructor(reads: 'texts' | 'hashes' | 'index') {
    this.readsTexts = reads === 'texts'
    this.readsHashes = reads !== 'index'
  }

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
