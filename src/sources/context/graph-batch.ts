import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { partsOf } from './batch-answer.ts'

/** What Graph answers to one of the requests of a batch. */
export interface Said {
  readonly status: number
  readonly raw: string
  /** Of a status that is no failure. */
  readonly fields: ReadonlyMap<string, unknown>
  /** Not answered now: throttled, or out of order. How long to wait, as far as that is said. */
  readonly later: { readonly afterMs: number | null } | null
}

/** Requests of one batch, as Graph grants them. */
const MOST = 20
const BUDGET = 'graph-context'
/** Not there, not ours to see, or not an address: an answer, and asked again only when it is old. */
const ANSWERS: ReadonlySet<number> = new Set([400, 403, 404, 410, 423])

/** Asks for paths below `/v1.0`, twenty in one request; what each came to, by its path. */
export async function askAll(
  client: CloudClient,
  paths: Iterable<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Said>> {
  const all = [...new Set(paths)]
  const said = new Map<string, Said>()
  for (let from = 0; from < all.length; from += MOST) {
    const asked = all.slice(from, from + MOST)
    // oxlint-disable-next-line no-await-in-loop -- one after the other: names are in no hurry
    const parts = await askBatch(client, asked, signal)
    for (const [n, path] of asked.entries()) said.set(path, parts.get(String(n + 1)) ?? NOT_THERE)
  }
  return said
}

/** A part that the answer does not hold. */
const NOT_THERE: Said = { status: 0, raw: '', fields: new Map(), later: { afterMs: null } }

async function askBatch(
  client: CloudClient,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Said>> {
  const requests = paths.map((url, n) => ({ id: String(n + 1), method: 'GET', url }))
  const answer = await client.send(
    {
      audience: 'graph',
      url: `${client.root('graph')}/v1.0/$batch`,
      method: 'POST',
      json: { requests },
      budget: BUDGET,
    },
    signal,
  )
  const text = (await answer.buffer()).toString('utf8')
  // Parts come in any order.
  return new Map(
    partsOf(text).map(({ id, status, retryAfterMs, raw }): [string, Said] => {
      const isGood = status >= 200 && status < 300
      const later = isGood || ANSWERS.has(status) ? null : { afterMs: retryAfterMs }
      return [id, { status, raw, fields: isGood ? parsed(raw) : new Map(), later }]
    }),
  )
}

function parsed(raw: string): ReadonlyMap<string, unknown> {
  return raw === '' ? new Map() : fieldsOf(JSON.parse(raw))
}

export const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
