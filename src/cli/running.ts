import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { Agent, request as send } from 'undici'
import { socketOf } from '../api/socket.ts'
import { appClient } from './client.ts'
import type { Client } from './command.ts'

/** The process that holds the data folder may just have begun, and listen in a moment. */
const TRIES = 20
const PAUSE_MS = 250

/** What is said when the other process is silent for so long. */
interface Patience {
  readonly ms: number
  readonly note: (sentence: string) => void
}
const NO_WORD: Patience = { ms: 0, note: () => undefined }

/** A client of the process that holds the data folder, if that listens; null if it does not. `wait`: it is known to run. */
export async function connectToRunning(
  dataDir: string,
  signal: AbortSignal,
  wait: boolean,
  patience: Patience = NO_WORD,
): Promise<Client | null> {
  for (let left = wait ? TRIES : 1; left > 0; left -= 1) {
    const path = socketOf(dataDir)
    if (path !== null && (await answers(path))) return clientOn(path, signal, patience)
    if (left > 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS)
      })
    }
  }
  return null
}

function clientOn(socketPath: string, signal: AbortSignal, { ms, note }: Patience): Client {
  // An import answers as long as it takes.
  const agent = new Agent({ connect: { socketPath }, headersTimeout: 0, bodyTimeout: 0 })
  const fetch = async (asked: Request): Promise<Response> => {
    const body = asked.body === null ? null : await asked.text()
    const timer = setTimeout(
      () =>
        note(
          `The process that holds this data folder has not answered for ${ms / 1_000} s: it may be busy, or stopped (SIGSTOP, a debugger). Ctrl+C ends the waiting.`,
        ),
      ms,
    )
    const {
      statusCode,
      headers,
      body: answer,
    } = await send(asked.url, {
      dispatcher: agent,
      method: asked.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(asked.headers),
      body,
      signal,
    }).finally(() => clearTimeout(timer))
    const type = headers['content-type']
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's web streams are the global ones
    const stream = Readable.toWeb(answer) as ReadableStream<Uint8Array>
    return new Response(stream, {
      status: statusCode,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    })
  }
  return appClient(fetch, () => agent.destroy())
}

/** Whether somebody listens: what a killed process left behind refuses. */
async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (heard: boolean) => {
      socket.destroy()
      resolve(heard)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
