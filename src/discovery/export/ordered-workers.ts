import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { CodedError } from '../../platform/errors.ts'

/** A program for threads: a task in, an answer out. */
export interface WorkerProgram<Task, Result> {
  readonly url: URL
  /** What each thread is told at its start. Plain data. */
  readonly setting: object
  /** The same in this thread, for a few tasks. */
  readonly here: (task: Task) => Result | Promise<Result>
}

/** What a thread answers. */
export type WorkerAnswer<Result> =
  | { readonly result: Result }
  | { readonly fault: { readonly code: string; readonly message: string } }

/** Below this a thread takes longer to start than to help. */
const WORTH_A_WORKER = 4
const MAX_WORKERS = 4
/** Tasks that wait for their turn beside each one that is under way: memory stays flat. */
const AHEAD = 2

/** Has tasks done on all cores; results come in the order of the tasks. */
export async function* onWorkers<Task, Result>(
  tasks: AsyncIterable<Task>,
  { url, setting, here }: WorkerProgram<Task, Result>,
): AsyncGenerator<Result> {
  const iterator = tasks[Symbol.asyncIterator]()
  const first: Task[] = []
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done === true) {
      for (const task of first) yield here(task)
      return
    }
    first.push(next.value)
    if (first.length > WORTH_A_WORKER) break
  }
  const workers = Array.from(
    { length: Math.min(availableParallelism(), MAX_WORKERS) },
    () => new OneWorker<Task, Result>(url, setting),
  )
  try {
    const waiting: Promise<Result>[] = []
    let turn = 0
    const give = (task: Task): void => {
      const answer = workers[turn % workers.length]?.ask(task)
      turn += 1
      if (answer === undefined) return
      // Told when its turn comes.
      answer.catch(() => undefined)
      waiting.push(answer)
    }
    first.forEach(give)
    for (;;) {
      while (waiting.length < workers.length * AHEAD) {
        const next = await iterator.next()
        if (next.done === true) break
        give(next.value)
      }
      const oldest = waiting.shift()
      if (oldest === undefined) return
      yield await oldest
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
    await iterator.return?.()
  }
}

class OneWorker<Task, Result> {
  readonly #worker: Worker
  #tail: Promise<unknown> = Promise.resolve()

  constructor(url: URL, setting: object) {
    // What a task makes is gone with it: a large young generation would only be memory.
    const resourceLimits = { maxYoungGenerationSizeMb: 16 }
    this.#worker = new Worker(url, { workerData: setting, resourceLimits })
  }

  ask(task: Task): Promise<Result> {
    const answer = this.#tail.then(() => this.#ask(task))
    this.#tail = answer.catch(() => undefined)
    return answer
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  async #ask(task: Task): Promise<Result> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(task)
    // Rejects when the thread emits 'error'.
    const [answer]: readonly WorkerAnswer<Result>[] = await once(this.#worker, 'message')
    if (answer === undefined) throw new Error('a thread answered nothing')
    if ('fault' in answer) throw new CodedError(answer.fault.code, answer.fault.message)
    return answer.result
  }
}

/** What a thread answers for a CodedError; throws any other error. */
export function faultOf(error: unknown): WorkerAnswer<never> {
  if (!(error instanceof CodedError)) throw error
  return { fault: { code: error.code, message: error.message } }
}
