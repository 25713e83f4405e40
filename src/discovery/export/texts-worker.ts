import { parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../platform/errors.ts'
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
    if (!(error instanceof CodedError)) throw error
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage({ fault: { code: error.code, message: error.message } })
  }
})
