/** How far a check is, and whether to go on. */
export interface Progress {
  /** What is done just now, for a person: `Reading records.jsonl`. */
  readonly step: string
  readonly done: number
  readonly of: number
}

export interface Watch {
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

const TURN_MS = 40

/** Tells of progress, and now and then lets the browser draw and hear the person. */
export class Pace {
  private readonly watch: Watch
  private since = performance.now()
  private step = ''
  private done = 0
  private of = 0

  constructor(watch: Watch) {
    this.watch = watch
  }

  begin(step: string, of: number): void {
    Object.assign(this, { step, of, done: 0 })
    this.tell()
  }

  /** So much more is done. Throws what the signal says once the person has stopped the check. */
  async advance(by: number): Promise<void> {
    this.done += by
    if (performance.now() - this.since < TURN_MS) return
    this.tell()
    await new Promise((resolve) => setTimeout(resolve))
    this.watch.signal?.throwIfAborted()
    this.since = performance.now()
  }

  private tell(): void {
    this.watch.onProgress?.({ step: this.step, done: this.done, of: this.of })
  }
}
