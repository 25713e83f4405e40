import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { createServer } from 'node:http'
import { CodedError } from '../platform/errors.ts'

/** Whoever calls and says nothing is not waited for. */
const HEADERS_MS = 10_000
const REQUEST_MS = 60_000
const MOST_CALLERS = 256

/**
 * Serves what a service calls on `host:port` until the signal. TLS ends in front of it. `setting` is where another
 * address can be chosen. Throws PORT_TAKEN.
 */
export async function listenOn(
  address: string,
  app: Hono,
  setting: string,
  signal: AbortSignal,
): Promise<void> {
  const at = address.lastIndexOf(':')
  const listener = getRequestListener(app.fetch)
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS },
    (request, response) => void listener(request, response),
  )
  server.maxConnections = MOST_CALLERS
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(Number(address.slice(at + 1)), address.slice(0, at), resolve)
    })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CodedError(
      'PORT_TAKEN',
      `Cannot listen for notifications on ${address} (${why}): choose another ${setting}`,
      { cause: error },
    )
  }
  // What is collected keeps the process, not who might call.
  server.unref()
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  if (signal.aborted) close()
  else signal.addEventListener('abort', close, { once: true })
}
