// The process of one task: `child.ts <task> <input as JSON>`, started by measure.ts.
import { readFileSync } from 'node:fs'
import type { ChildMessage } from './measure.ts'
import { TASKS } from './tasks.ts'

const [name = '', input = '{}'] = process.argv.slice(2)
const message = await run()
// Without waiting for what the engine leaves open; the answer must have left first.
process.send?.(message, () => process.exit(0))

async function run(): Promise<ChildMessage> {
  try {
    const load = Object.entries(TASKS).find(([known]) => known === name)?.[1]
    if (load === undefined) throw new Error('there is no such task')
    // measure() has checked the input against this task's own type.
    const answer: unknown = await Reflect.apply(await load(), undefined, [JSON.parse(input)])
    return { type: 'done', json: JSON.stringify(answer), peakBytes: peakBytes() }
  } catch (error) {
    return {
      type: 'failed',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}

/** The high-water mark of resident memory; elsewhere than on Linux what the operating system counted. */
function peakBytes(): number {
  try {
    const status = readFileSync(`/proc/${process.pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
