import { once } from 'node:events'

/**
 * Processes that take turns: what is compared is then measured in the same minutes, and whatever else the machine does
 * slows down all of them alike.
 */
export class Turns {
  readonly #waiting: (() => void)[] = []
  #running: number

  constructor(processes: number) {
    this.#running = processes
  }

  /** A process waits for its turn; `go` lets it go on. */
  wait(go: () => void): void {
    this.#waiting.push(go)
    this.#next()
  }

  /** A process has ended. */
  leave(): void {
    this.#running -= 1
    this.#next()
  }

  /** When all of them wait, the one that has waited longest goes on. */
  #next(): void {
    if (this.#waiting.length === this.#running) this.#waiting.shift()?.()
  }
}

/** In a process that takes turns: resolves when it is its turn. Alone it is always. */
export async function nextTurn(): Promise<void> {
  if (process.send === undefined) return
  const told = once(process, 'message')
  process.send({ type: 'waiting' })
  await told
}
