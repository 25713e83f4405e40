import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { CodedError } from '../../platform/errors.ts'
import { readAudit, type AuditResult } from './read-audit.ts'
import { readTexts, type CsvGroups, type TextResult, type TextTask } from './read-texts.ts'

/** What is read of the records, and what reading CSV rows needs. Plain data, given to each worker at its start. */
export interface WorkSetting {
  readonly kind: 'texts' | 'audit'
  readonly groups: CsvGroups
  readonly headers: readonly string[]
}

export function doTask(task: TextTask, setting: WorkSetting): TextResult | AuditResult {
  const { kind, groups, headers } = setting
  return kind === 'texts' ? readTexts(task, groups) : readAudit(task, groups, headers)
}

/** Below this a worker takes longer to start than to help. */
const WORTH_A_WORKER = 4
const MAX_WORKERS = 4
/** Tasks that wait for their turn beside each one that is under way: memory stays flat. */
const AHEAD = 2

type Answer =
  | { readonly result: TextResult | AuditResult }
  | { readonly fault: { readonly code: string; readonly message: string } }

/** Reads exact texts on all cores; results come in the order of the tasks. */
export async function* readAllTexts(
  tasks: AsyncIterable<TextTask>,
  setting: Omit<WorkSetting, 'kind'>,
): AsyncGenerator<TextResult> {
  for await (const result of readAll(tasks, { ...setting, kind: 'texts' }))
    if ('proofs' in result) yield result
}

/** The same for the four audit columns. */
export async function* readAllAudit(
  tasks: AsyncIterable<TextTask>,
  setting: Omit<WorkSetting, 'kind'>,
): AsyncGenerator<AuditResult> {
  for await (const result of readAll(tasks, { ...setting, kind: 'audit' }))
    if ('without' in result) yield result
}

async function* readAll(
  tasks: AsyncIterable<TextTask>,
  setting: WorkSetting,
): AsyncGenerator<TextResult | AuditResult> {
  const iterator = tasks[Symbol.asyncIterator]()
  const first: TextTask[] = []
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (next.done === true) {
      for (const task of first) yield doTask(task, setting)
      return
    }
    first.push(next.value)
    if (first.length > WORTH_A_WORKER) break
  }
  const workers = Array.from(
    { length: Math.min(availableParallelism(), MAX_WORKERS) },
    () => new TextWorker(setting),
  )
  try {
    const waiting: Promise<TextResult | AuditResult>[] = []
    let turn = 0
    const give = (task: TextTask): void => {
      const answer = workers[turn % workers.length]?.read(task)
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
  }
}

class TextWorker {
  readonly #worker: Worker
  #tail: Promise<unknown> = Promise.resolve()

  constructor(setting: WorkSetting) {
    // In the checkout the sources run as they are; in the package this file and the worker end in `.js`.
    const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const options = { workerData: setting }
    this.#worker = new Worker(new URL(`./texts-worker.${ending}`, import.meta.url), options)
  }

  read(task: TextTask): Promise<TextResult | AuditResult> {
    const answer = this.#tail.then(() => this.#ask(task))
    this.#tail = answer.catch(() => undefined)
    return answer
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  async #ask(task: TextTask): Promise<TextResult | AuditResult> {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(task)
    // Rejects when the thread emits 'error'.
    const [answer]: readonly Answer[] = await once(this.#worker, 'message')
    if (answer === undefined) throw new Error('a thread answered nothing')
    if ('fault' in answer) throw new CodedError(answer.fault.code, answer.fault.message)
    return answer.result
  }
}
