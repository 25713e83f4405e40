// A thread of `generateHistory`: makes its share of the days and posts what it counted.
import { parentPort, workerData } from 'node:worker_threads'
import { makeCast } from './cast.ts'
import type { WorkerMessage, WorkerShare } from './history.ts'
import { fileSink, makeShare } from './history.ts'

// What `runWorker` passes, of this shape by construction.
const share: WorkerShare = workerData
const { options, outputDir, first, threads } = share
const post = (message: WorkerMessage): void => {
  // A port of a thread has no origin; the rule means windows.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(message)
}
const cast = makeCast(options.seed, options.tenantId)
const tally = makeShare(options, cast, first, threads, fileSink(outputDir), () =>
  post({ type: 'day' }),
)
post({ type: 'done', tally })
