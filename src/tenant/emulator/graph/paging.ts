// $top, $skiptoken and @odata.nextLink, and pages put together from bytes that are served as they are.
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { GraphRefusal, JSON_TYPE } from './wire.ts'

export function readTop(request: GraphRequest, usual: number, most: number): number {
  const given = request.query.get('$top')
  if (given === null) return usual
  const top = /^\d{1,6}$/.test(given) ? Number(given) : 0
  if (top >= 1 && top <= most) return top
  throw new GraphRefusal(
    400,
    'BadRequest',
    `Invalid value for $top: it must be between 1 and ${most}.`,
  )
}

export function nextLink(request: GraphRequest, token: string): string {
  const query = new URLSearchParams(request.query)
  query.delete('$skiptoken')
  query.append('$skiptoken', Buffer.from(token).toString('base64'))
  return `${request.root}/${request.path.map(encodeURIComponent).join('/')}?${query.toString()}`
}

/** The decoded text of `$skiptoken`; null on the first page. */
export function skipToken(request: GraphRequest): string | null {
  const given = request.query.get('$skiptoken')
  return given === null ? null : Buffer.from(given, 'base64').toString()
}

export function skipTokenBroken(): GraphRefusal {
  return new GraphRefusal(400, 'BadRequest', 'The skip token is not valid or has expired.')
}

/** Plain lists: the token is the number of entries that were served already. */
export function sliceOf<T>(
  request: GraphRequest,
  all: readonly T[],
  top: number,
): { readonly entries: readonly T[]; readonly next: string | null } {
  const token = skipToken(request)
  const from = token === null ? 0 : Number(/^Skip=(\d{1,9})$/.exec(token)?.[1] ?? -1)
  if (from < 0) throw skipTokenBroken()
  const to = from + top
  return {
    entries: all.slice(from, to),
    next: to < all.length ? nextLink(request, `Skip=${to}`) : null,
  }
}

const COMMA = Buffer.from(',')
const END = Buffer.from(']}')

/** A page whose entries are bytes; `start` is what comes before `"value"`, with its commas. */
export function pageOfBytes(
  head: Readonly<Record<string, unknown>>,
  entries: readonly Uint8Array[],
): GraphAnswer {
  const start = JSON.stringify(head).slice(0, -1)
  const parts: Uint8Array[] = [Buffer.from(`${start}${start === '{' ? '' : ','}"value":[`)]
  entries.forEach((entry, n) => {
    if (n > 0) parts.push(COMMA)
    parts.push(entry)
  })
  parts.push(END)
  return { status: 200, headers: { 'content-type': JSON_TYPE }, body: Buffer.concat(parts) }
}
