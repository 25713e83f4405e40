import { CodedError } from '../platform/errors.ts'
import { errorBody } from './errors.ts'

/** Answers with one JSON object a line while `work` goes on; its own last object is what `work` returns. */
export function ndjson(work: (emit: (value: object) => void) => Promise<object>): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const emit = (value: object) =>
        controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
      try {
        emit({ type: 'result', ...(await work(emit)) })
      } catch (error) {
        // The status is sent already: a coded error goes as the last line, a bug breaks the answer off.
        if (!(error instanceof CodedError)) {
          controller.error(error)
          return
        }
        emit(errorBody(error))
      }
      controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
}

/** Answers with one JSON object a line, read only as fast as it is taken. */
export function ndjsonOf(values: AsyncIterable<object>): Response {
  const encoder = new TextEncoder()
  const iterator = values[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await iterator.next()
        if (next.done !== true) {
          controller.enqueue(encoder.encode(`${JSON.stringify(next.value)}\n`))
          return
        }
      } catch (error) {
        if (!(error instanceof CodedError)) {
          controller.error(error)
          return
        }
        controller.enqueue(encoder.encode(`${JSON.stringify(errorBody(error))}\n`))
      }
      controller.close()
    },
    async cancel() {
      await iterator.return?.()
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
}
