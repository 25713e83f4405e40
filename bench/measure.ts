import { fork } from 'node:child_process'
import type { TASKS } from './tasks.ts'
import type { Turns } from './turns.ts'

type Tasks = typeof TASKS
export type TaskName = keyof Tasks
type Run<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>
type Input<Name extends TaskName> = Parameters<Run<Name>>[0]
type Answer<Name extends TaskName> = Awaited<ReturnType<Run<Name>>>

export interface Measured<Value> {
  readonly value: Value
  /** The most memory that the process ever held. */
  readonly peakBytes: number
}

/** What the process of a task says at its end; before, it may have waited for its turns. */
export type ChildMessage =
  | { readonly type: 'done'; readonly json: string; readonly peakBytes: number }
  | { readonly type: 'failed'; readonly why: string }

/** Runs a task in a process of its own: the engine allows one data folder per process, and memory is the process's. */
export async function measure<Name extends TaskName>(
  name: Name,
  input: Input<Name>,
  turns?: Turns,
): Promise<Measured<Answer<Name>>> {
  const child = fork(new URL('./child.ts', import.meta.url), [name, JSON.stringify(input)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let message: ChildMessage
  try {
    message = await new Promise<ChildMessage>((resolve, reject) => {
      child.on('message', (sent: ChildMessage | { readonly type: 'waiting' }) => {
        if (sent.type !== 'waiting') resolve(sent)
        else if (turns === undefined) child.send('go')
        else turns.wait(() => child.send('go'))
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        reject(new Error(`the process of "${name}" ended without a result (${signal ?? code})`))
      })
    })
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => {
        child.once('exit', resolve)
      })
    }
  } finally {
    // Whatever became of it, the others must not wait for it.
    turns?.leave()
  }
  if (message.type === 'failed') throw new Error(`"${name}" failed: ${message.why}`)
  const value: Answer<Name> = JSON.parse(message.json)
  return { value, peakBytes: message.peakBytes }
}
