// A thread of `generateHistory`: makes its share of the days and posts what it counted.
import { parentPort, workerData } from 'node:worker_threads'
import type { FullHistoryOptions, WorkerMessage } from './history.ts'
import { fileSink, makeShare } from './history.ts'

// What `runWorker` passes, of this shape by construction.
const { options, outputDir, first, threads } = workerData as {
  options: FullHistoryOptions
  outputDir: string
  first: number
  threads: number
}
const post = (message: WorkerMessage): void => parentPort?.postMessage(message)
const tally = makeShare(options, first, threads, fileSink(outputDir), () => post({ type: 'day' }))
post({ type: 'done', tally })
