import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { checkSegment, type SegmentResult, type SegmentTask } from './check-segment.ts'

/** Below this a worker takes longer to start than to help. */
const WORTH_A_WORKER_BYTES = 8 * 1024 * 1024
const MAX_WORKERS = 16

/** Checks segments, on all cores when there is much to check. Results come in any order. */
export async function checkSegments(
  tasks: readonly SegmentTask[],
  onResult: (result: SegmentResult) => void,
): Promise<void> {
  const bytes = tasks.reduce((sum, task) => sum + task.bytes, 0)
  const workers = Math.min(availableParallelism(), MAX_WORKERS, tasks.length)
  if (bytes < WORTH_A_WORKER_BYTES || workers < 2) {
    for (const task of tasks) {
      onResult(checkSegment(task))
      await setImmediate()
    }
    return
  }
  const queue = [...tasks]
  await Promise.all(Array.from({ length: workers }, () => runWorker(queue, onResult)))
}

/** One thread's share; a thread that fails is replaced. */
async function runWorker(
  queue: SegmentTask[],
  onResult: (result: SegmentResult) => void,
): Promise<void> {
  let worker = startWorker()
  for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
    try {
      onResult(await ask(worker, task))
    } catch (error) {
      // Out of memory, most likely: the file is named, the others are still checked.
      const message = `checking it failed: ${String(error)}`
      const { object } = task
      onResult({ object, records: 0, disposed: 0, fault: { finding: 'UNREADABLE', message } })
      worker = startWorker()
    }
  }
  await worker.terminate()
}

function startWorker(): Worker {
  // In the checkout the sources run as they are; in the package this file and the worker end in `.js`.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./segment-worker.${ending}`, import.meta.url))
}

async function ask(worker: Worker, task: SegmentTask): Promise<SegmentResult> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(task)
  // Rejects when the thread emits 'error'.
  const [result]: readonly SegmentResult[] = await once(worker, 'message')
  if (result === undefined) throw new Error('a thread answered nothing')
  return result
}
