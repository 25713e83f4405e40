// What stands in for `daybook` in a shell beside one-process.suite.ts: `node <this> <socket> <arguments>`.
import { writeSync } from 'node:fs'
import { connect } from 'node:net'

const [socketPath = '', ...argv] = process.argv.slice(2)
const socket = connect(socketPath)
let told = ''
socket.setEncoding('utf8')
socket.on('data', (piece: string) => (told += piece))
socket.on('end', () => {
  const { code, written }: { code: number; written: [number, string][] } = JSON.parse(told)
  process.exitCode = code
  for (const [stream, piece] of written) writeSync(stream, piece)
})
socket.end(JSON.stringify({ argv, cwd: process.cwd(), env: process.env }))
