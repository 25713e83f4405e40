import { parentPort } from 'node:worker_threads'
import { checkSegment, type SegmentTask } from './check-segment.ts'

// One task in, one result out; the pool sends the next one only then.
parentPort?.on('message', (task: SegmentTask) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(checkSegment(task))
})
