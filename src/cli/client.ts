import { CodedError } from '../platform/errors.ts'
import type { Client, ClientQuery } from './command.ts'

/** Talks to the application's HTTP interface, in this process or (by another `fetch`) in a running one. */
export function appClient(
  fetch: (request: Request) => Promise<Response>,
  close: () => Promise<void>,
): Client {
  const get = async (path: string, query?: ClientQuery) =>
    checked(await fetch(new Request(address(path, query))))
  const post = async (path: string, body: unknown) =>
    checked(
      await fetch(
        new Request(address(path), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    )
  return {
    get: async (path, query) => JSON.parse(await (await get(path, query)).text()),
    close,
    post: async (path, body) => JSON.parse(await (await post(path, body)).text()),
    async *stream<Step>(path: string, body: unknown) {
      const response = await post(path, body)
      for await (const value of lines<Step>(response)) {
        if (isFault(value)) throw new CodedError(value.error.code, value.error.message)
        yield value
      }
    },
  }
}

function address(path: string, query: ClientQuery = {}): URL {
  const url = new URL(path, 'http://daybook.local')
  for (const [name, value] of Object.entries(query)) {
    for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, one)
  }
  return url
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response
  const body: unknown = await response.json().catch(() => null)
  if (isFault(body)) throw new CodedError(body.error.code, body.error.message)
  throw new Error(`the application answered HTTP ${response.status}`)
}

type Fault = { readonly error: { readonly code: string; readonly message: string } }

function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false
  const { error } = value
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}

async function* lines<Line>(response: Response): AsyncGenerator<Line> {
  if (response.body === null) return
  let rest = ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') yield JSON.parse(part)
  }
  if (rest !== '') yield JSON.parse(rest)
}
