import { parentPort, workerData } from 'node:worker_threads'
import { faultOf } from './ordered-workers.ts'
import type { TextTask } from './read-texts.ts'
import { doTask, type WorkSetting } from './texts-pool.ts'

// One task in, one result out; the pool sends the next one only then.
const setting: WorkSetting = workerData

parentPort?.on('message', (task: TextTask) => {
  try {
    const result = doTask(task, setting)
    const { buffer } = result.lines
    parentPort?.postMessage({ result }, buffer instanceof ArrayBuffer ? [buffer] : [])
  } catch (error) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(faultOf(error))
  }
})
