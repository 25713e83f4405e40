// $batch: up to twenty requests in one, each answered for itself.
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { field, GraphRefusal, jsonAnswer, textField } from './wire.ts'

const MOST = 20

export async function answerBatch(
  request: GraphRequest,
  answer: (inner: GraphRequest) => Promise<GraphAnswer>,
): Promise<GraphAnswer> {
  const requests = field(request.body, 'requests')
  if (!Array.isArray(requests))
    throw new GraphRefusal(400, 'BadRequest', 'Invalid batch payload format.')
  if (requests.length > MOST)
    throw new GraphRefusal(
      400,
      'BadRequest',
      `Number of batch request steps exceeds the maximum value of ${MOST}.`,
    )
  const responses = await Promise.all(
    requests.map(async (one: unknown) => {
      const answered = await answer(innerRequest(request, one))
      return {
        id: textField(one, 'id'),
        status: answered.status,
        headers: answered.headers,
        body: bodyOf(answered),
      }
    }),
  )
  return jsonAnswer(200, { responses })
}

function innerRequest(request: GraphRequest, one: unknown): GraphRequest {
  const url = new URL(textField(one, 'url').replace(/^\/?/, '/'), 'http://batch')
  return {
    ...request,
    method: textField(one, 'method').toUpperCase() || 'GET',
    path: pathOf(url.pathname),
    query: url.searchParams,
    body: field(one, 'body') ?? null,
  }
}

/** Decoded segments; one that cannot be decoded stays as it is. */
export function pathOf(pathname: string): readonly string[] {
  return pathname.split('/').flatMap((segment) => {
    if (segment === '') return []
    try {
      return [decodeURIComponent(segment)]
    } catch {
      return [segment]
    }
  })
}

/** JSON as it is, anything else in base64. */
function bodyOf({ body, headers }: GraphAnswer): unknown {
  if (body === null) return null
  const text = Buffer.from(body)
  const json: unknown = headers['content-type']?.startsWith('application/json')
    ? JSON.parse(text.toString())
    : text.toString('base64')
  return json
}
