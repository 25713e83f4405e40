import { Worker, type Transferable } from 'node:worker_threads'
import { CodedError } from '../platform/errors.ts'
import type { Answers, Reply, Requests, RequestType } from './protocol.ts'

/** The worker threads of an import or a rebuild. A batch stays with the worker that it was given to. */
export interface Crew {
  readonly size: number
  /** A number for a batch that no other batch of this crew has: imports, collecting and catching up may overlap. */
  nextBatch(): number
  ask<T extends RequestType>(
    worker: number,
    type: T,
    request: Requests[T],
    transfer?: readonly Transferable[],
  ): Promise<Answers[T]>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

// Larger, and a worker keeps the pages; smaller, and it copies more (measured: docs/reference/performance.md).
const YOUNG_MB = 32
const HIRE_AGAIN_MS = 250

/**
 * Starts up to `size` workers, each when it is first asked: a small import needs one. A worker that dies fails everything
 * that is asked, with all that it held, and is replaced.
 */
export function startCrew(size: number): Crew {
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let batches = 0
  let closing = false

  const fail = (error: Error) => {
    if (closing) return
    for (const call of waiting.values()) call.reject(error)
    waiting.clear()
  }

  // The package holds JavaScript, the checkout TypeScript: the worker lies beside this file, spelled as it is.
  const file = new URL(
    `./worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
    import.meta.url,
  )
  /** Null: it has just ended, and is hired again in a moment. */
  const workers: (Worker | null)[] = []
  const hire = (place: number): Worker => {
    const worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    worker.on('message', (reply: Reply) => {
      const call = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('answer' in reply) call?.resolve(reply.answer)
      else call?.reject(faultOf(reply.fault))
    })
    worker.on('error', fail)
    worker.on('exit', () => {
      if (closing) return
      fail(new Error('a worker thread ended unexpectedly'))
      workers[place] = null
      // A process that lives on needs it again; what it held is lost, and said to be.
      setTimeout(() => {
        if (!closing) hire(place)
      }, HIRE_AGAIN_MS).unref()
    })
    workers[place] = worker
    return worker
  }

  return {
    size,
    nextBatch: () => batches++,
    ask<T extends RequestType>(
      worker: number,
      type: T,
      request: Requests[T],
      transfer: readonly Transferable[] = [],
    ): Promise<Answers[T]> {
      const place = worker % size
      const asked = workers[place] === undefined ? hire(place) : workers[place]
      if (asked === null) return Promise.reject(new Error('a worker thread has just ended'))
      const id = nextId++
      return new Promise((resolve, reject) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- worker.ts answers by the same table of types
        waiting.set(id, { resolve: (answer) => resolve(answer as Answers[T]), reject })
        asked.postMessage({ id, type, request }, [...transfer])
      })
    },
    async close() {
      closing = true
      await Promise.all(workers.map(async (worker) => worker?.terminate()))
      for (const call of waiting.values()) call.reject(new CodedError('INTERRUPTED', 'Stopped'))
      waiting.clear()
    },
  }
}

function faultOf({
  code,
  message,
}: {
  readonly code: string | null
  readonly message: string
}): Error {
  return code === null ? new Error(message) : new CodedError(code, message)
}
