import type { CloudResponse } from './cloud-client.ts'
import { CloudError } from './cloud-error.ts'
import type { RawAnswer } from './transport.ts'

const MOST_BYTES = 64 << 20

/** An answer whose place in the budget is given back when its body ends. */
export function cloudResponse(
  answer: RawAnswer,
  what: string,
  { leave, signal }: { readonly leave: () => void; readonly signal: AbortSignal },
): CloudResponse {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* answer.body
    } catch (error) {
      signal.throwIfAborted()
      throw new CloudError(
        'CONNECTION_LOST',
        `The connection broke within the answer to ${what}: it is asked again`,
        {
          cause: error,
          isPassing: true,
        },
      )
    } finally {
      leave()
    }
  }

  async function buffer(limit = MOST_BYTES): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const piece of bytes()) {
      size += piece.length
      if (size > limit)
        throw new CloudError(
          'BODY_TOO_LARGE',
          `The answer to ${what} is larger than ${limit >> 20} MB`,
        )
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  return {
    status: answer.statusCode,
    header: (name) => answer.header(name.toLowerCase()),
    bytes,
    buffer,
    async json(limit) {
      const text = (await buffer(limit)).toString('utf8')
      try {
        const value: unknown = JSON.parse(text)
        return value
      } catch (error) {
        throw new CloudError(
          'BODY_NOT_JSON',
          `The answer to ${what} is no JSON: it is asked again`,
          {
            cause: error,
            isPassing: true,
          },
        )
      }
    },
    async discard() {
      try {
        await answer.discard()
      } catch {
        // Nobody wanted it.
      }
      leave()
    },
  }
}
