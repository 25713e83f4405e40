// $batch: up to twenty requests in one, each answered for itself, in an order of their own.
import type { GraphDesk } from './desk.ts'
import { numberFrom } from './derived.ts'
import { READ_TO_END } from './history.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { field, GraphRefusal, jsonAnswer, refusalAnswer, textField } from './wire.ts'

const MOST = 20

interface Step {
  readonly id: string
  readonly url: string
  /** Ids, in lower case. */
  readonly dependsOn: readonly string[]
  readonly request: GraphRequest
}

export async function answerBatch(
  request: GraphRequest,
  desk: Pick<GraphDesk, 'strikes' | 'retryAfterSeconds' | 'newGuid' | 'view'>,
  answer: (inner: GraphRequest) => Promise<GraphAnswer>,
): Promise<GraphAnswer> {
  const steps = stepsOf(request)
  const answers = new Map<string, Promise<GraphAnswer>>()
  const answerOf = async (step: Step): Promise<GraphAnswer> => {
    // What a step depends on stands before it: it has begun.
    const before = await Promise.all(step.dependsOn.flatMap((id) => answers.get(id) ?? []))
    const refusal = before.some(({ status }) => status >= 400)
      ? new GraphRefusal(424, 'FailedDependency', 'A request that this one depends on failed.')
      : struck(step, desk)
    return refusal === null
      ? answer(step.request)
      : refusalAnswer(refusal, desk.newGuid(), desk.view.now())
  }
  for (const step of steps) answers.set(step.id.toLowerCase(), answerOf(step))
  const responses = await Promise.all(
    steps.map(async ({ id }) => {
      const answered = await answers.get(id.toLowerCase())
      const { [READ_TO_END]: _own, ...headers } = answered?.headers ?? {}
      const body = answered === undefined ? null : bodyOf(answered)
      return { id, status: answered?.status ?? 500, headers, body }
    }),
  )
  return jsonAnswer(200, { responses: responses.toSorted((a, b) => order(a.id) - order(b.id)) })
}

/** The service answers in its own order, whatever was asked first. */
const order = (id: string): number => numberFrom(`order ${id}`, 1_000)

function stepsOf(request: GraphRequest): readonly Step[] {
  const requests = field(request.body, 'requests')
  if (!Array.isArray(requests) || requests.length === 0)
    throw new GraphRefusal(400, 'BadRequest', 'Invalid batch payload format.')
  if (requests.length > MOST)
    throw new GraphRefusal(
      400,
      'BadRequest',
      `Number of batch request steps exceeds the maximum value of ${MOST}.`,
    )
  const ids = new Set<string>()
  return requests.map((one: unknown): Step => {
    const [id, url] = [textField(one, 'id'), textField(one, 'url')]
    const given = field(one, 'dependsOn')
    const dependsOn = (Array.isArray(given) ? given : []).map((each) => String(each).toLowerCase())
    const isKnown = dependsOn.every((each) => ids.has(each))
    if (id === '' || textField(one, 'method') === '' || url === '' || /^https?:/i.test(url))
      throw new GraphRefusal(400, 'BadRequest', 'Invalid batch payload format.')
    if (ids.has(id.toLowerCase()) || !isKnown)
      throw new GraphRefusal(
        400,
        'BadRequest',
        isKnown
          ? `Request id ${id.slice(0, 40)} must be unique in a batch.`
          : `Request ${id.slice(0, 40)} depends on one that does not stand before it.`,
      )
    ids.add(id.toLowerCase())
    if (field(one, 'body') !== undefined && contentTypeOf(one) === '')
      throw new GraphRefusal(400, 'BadRequest', 'Content-Type header must be specified for a body.')
    return { id, url, dependsOn, request: innerRequest(request, one) }
  })
}

function contentTypeOf(one: unknown): string {
  const headers = field(one, 'headers')
  const named = Object.entries(typeof headers === 'object' && headers !== null ? headers : {})
  return String(named.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '')
}

/** Each part takes from the limits for itself: the batch is answered 200, and the part is not. */
function struck(
  { url, request }: Step,
  desk: Pick<GraphDesk, 'strikes' | 'retryAfterSeconds'>,
): GraphRefusal | null {
  if (request.path[0]?.toLowerCase() === '$batch')
    return new GraphRefusal(400, 'BadRequest', 'A batch cannot hold a batch.')
  if (desk.strikes('throttled', `part ${url}`))
    return new GraphRefusal(429, 'TooManyRequests', 'Too many requests.', {
      'Retry-After': String(desk.retryAfterSeconds()),
    })
  if (desk.strikes('server-errors', `part ${url}`))
    return new GraphRefusal(503, 'ServiceUnavailable', 'The service is temporarily unavailable.')
  return null
}

function innerRequest(request: GraphRequest, one: unknown): GraphRequest {
  const url = new URL(textField(one, 'url').replace(/^\/?/, '/'), 'http://batch')
  return {
    ...request,
    method: textField(one, 'method').toUpperCase(),
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
