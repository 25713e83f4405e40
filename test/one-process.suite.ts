// A program of its own, for tests that type many commands: runs command lines one after the other, as bin/daybook.js
// runs each in a process, which takes ten times as long as most commands. Told where to listen; ends with its parent.
import { createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { runCli } from '../src/cli/main.ts'

interface Asked {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

let last: Promise<unknown> = Promise.resolve()

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined)
  last = last.then(async () => answer(socket))
})
server.listen(process.argv[2], () => process.send?.('listening'))
process.once('disconnect', () => process.exit())

async function answer(socket: Socket): Promise<void> {
  const { argv, cwd, env }: Asked = JSON.parse(await text(socket))
  const written: (readonly [stream: 1 | 2, text: string])[] = []
  const stream = (number: 1 | 2) => ({
    isTTY: false,
    columns: undefined,
    write: (piece: string) => written.push([number, piece]),
  })
  process.chdir(cwd)
  const code = await runCli(argv, { stdout: stream(1), stderr: stream(2) }, env)
  socket.end(JSON.stringify({ code, written }))
}
