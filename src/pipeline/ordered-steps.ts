/** The steps that batches take one after the other, each in its order: a step of the next batch waits for that of this one. */
export type Step = 'decided' | 'archived' | 'accounted' | 'indexed'

export class OrderedSteps {
  readonly #last: Record<Step, Promise<unknown>> = {
    decided: Promise.resolve(),
    archived: Promise.resolve(),
    accounted: Promise.resolve(),
    indexed: Promise.resolve(),
  }

  /** Runs `work` after everything that was given to this step before it, whether that succeeded or not. */
  after<T>(step: Step, work: () => Promise<T>): Promise<T> {
    const result = this.#last[step].then(work, work)
    this.#last[step] = result.catch(() => undefined)
    return result
  }

  /** Resolves once everything that was given to the step has ended. */
  async settled(step: Step): Promise<void> {
    await this.#last[step]
  }
}
