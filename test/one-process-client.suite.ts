// What stands in for `daybook` in a shell beside one-process.suite.ts: `node <this> <socket> <arguments>`.
import { writeSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Answered {
  readonly code: number
  readonly written: readonly (readonly [stream: 1 | 2, text: string])[]
}

/** Has a command line run by the process that listens on the socket. */
export async function askOne(
  socketPath: string,
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Answered> {
  const socket = connect(socketPath)
  socket.end(JSON.stringify({ argv, cwd, env }))
  const answered: Answered = JSON.parse(await text(socket))
  return answered
}

if (import.meta.main) {
  const [socketPath = '', ...argv] = process.argv.slice(2)
  const { code, written } = await askOne(socketPath, argv, process.cwd(), process.env)
  try {
    for (const [stream, piece] of written) writeSync(stream, piece)
    process.exitCode = code
  } catch (error) {
    // `daybook … | head -1`: whoever reads has seen enough.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}
