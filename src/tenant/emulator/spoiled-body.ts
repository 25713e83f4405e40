import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Answers with a body that was read into one buffer; says when nobody needs the buffer any more. */
export function wholeBody(
  c: Context,
  body: Uint8Array<ArrayBuffer>,
  sent: () => void,
  headers: Readonly<Record<string, string>> = { 'content-type': JSON_TYPE },
): Response {
  const bindings: Partial<HttpBindings> | undefined = c.env
  // Asked within the process, nobody can tell when the body was read: then its buffer is never used again.
  bindings?.outgoing?.once('finish', sent)
  return new Response(body, { headers: { ...headers, 'content-length': String(body.length) } })
}

/** Answers with the pieces of a body; with `cut` only half of it, with `reset` half of it and then a broken connection. */
export function spoiled(
  c: Context,
  pieces: Iterable<Buffer>,
  length: number,
  harm: 'cut' | 'reset' | null,
): Response {
  const iterator = pieces[Symbol.iterator]()
  const half = Math.floor(length / 2)
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = iterator.next()
      if (next.done === true) {
        controller.close()
        return
      }
      const piece = harm === null ? next.value : next.value.subarray(0, Math.max(0, half - sent))
      sent += piece.length
      if (piece.length > 0) controller.enqueue(piece)
      if (harm === null || sent < half) return
      if (harm === 'cut') controller.close()
      // What was sent has to arrive before the connection goes.
      else setTimeout(() => breakOff(c, controller), 10)
    },
  })
  return new Response(body, {
    headers: {
      'content-type': JSON_TYPE,
      // A body that is cut says nothing of its length: nobody but its end can tell.
      ...(harm === 'cut' ? {} : { 'content-length': String(length) }),
    },
  })
}

function breakOff(c: Context, controller: ReadableStreamDefaultController): void {
  // Without a socket (asked within the process) the stream itself has to fail.
  const bindings: Partial<HttpBindings> | undefined = c.env
  if (bindings?.outgoing === undefined) controller.error(new Error('the connection broke'))
  else bindings.outgoing.destroy()
}
