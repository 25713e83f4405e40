import { CodedError } from '../platform/errors.ts'
import { errorBody } from './errors.ts'

/**
 * Answers with one JSON object a line while `work` goes on; its own last object is what `work` returns. `gone` is aborted
 * when whoever asked is there no more; what is emitted then is dropped.
 */
export function ndjson(
  work: (emit: (value: object) => void, gone: AbortSignal) => Promise<object>,
): Response {
  const encoder = new TextEncoder()
  const left = new AbortController()
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const emit = (value: object) => {
        if (!left.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`))
      }
      try {
        emit({ type: 'result', ...(await work(emit, left.signal)) })
      } catch (error) {
        // The status is sent already: a coded error goes as the last line, a bug breaks the answer off.
        if (!(error instanceof CodedError)) {
          controller.error(error)
          return
        }
        emit(errorBody(error))
      }
      if (!left.signal.aborted) controller.close()
    },
    cancel() {
      left.abort(new CodedError('INTERRUPTED', 'Whoever asked is there no more'))
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
