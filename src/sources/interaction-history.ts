import type { CloudClient } from '../platform/http/cloud-client.ts'
import { CloudError } from '../platform/http/cloud-error.ts'
import type { FetchDesk } from './feed.ts'

export interface Asked {
  readonly client: CloudClient
  readonly beta: boolean
  /** Object id. */
  readonly person: string
  /** Milliseconds since 1970; both bounds are exclusive for Graph. */
  readonly from: number
  readonly to: number
}

const TOP = 100
const BUDGET = 'graph-teams'
/** One person's history has fewer pages than this, or is a loop. */
const MOST_PAGES = 20_000
const TRIES = 4
const PAGE_BYTES = 64 << 20

/**
 * Reads a person's history over a span, page by page, newest first, and hands every page on. One page that cannot be
 * had fails the whole: the next try begins anew, and what was read before is a repeat.
 */
export async function readPages(asked: Asked, desk: FetchDesk, signal: AbortSignal): Promise<void> {
  let filtered = true
  let sized = true
  for (let attempt = 1; ; attempt += 1) {
    try {
      await readOnce(asked, { filtered, sized }, desk, signal)
      return
    } catch (error) {
      if (!(error instanceof CloudError) || error.code !== 'REQUEST_REFUSED' || attempt >= TRIES)
        throw error
      // Not every tenant filters by date, or gives pages of that size. What is refused to one may be given to the next.
      if (/filter/i.test(error.message)) filtered = false
      else if (/\btop\b|page ?size/i.test(error.message)) sized = false
    }
  }
}

async function readOnce(
  { client, beta, person, from, to }: Asked,
  { filtered, sized }: { readonly filtered: boolean; readonly sized: boolean },
  desk: FetchDesk,
  signal: AbortSignal,
): Promise<void> {
  const version = beta ? 'beta' : 'v1.0'
  const query = new URLSearchParams(sized ? { $top: String(TOP) } : {})
  if (filtered)
    query.set(
      '$filter',
      `createdDateTime gt ${new Date(from).toISOString()} and createdDateTime lt ${new Date(to).toISOString()}`,
    )
  const path = `/${version}/copilot/users/${person}/interactionHistory/getAllEnterpriseInteractions`
  let url: string | null = `${client.root('graph')}${path}?${query.toString()}`
  const seen = new Set<string>()
  for (let page = 1; url !== null; page += 1) {
    signal.throwIfAborted()
    if (seen.has(url) || page > MOST_PAGES)
      throw new CloudError(
        'REQUEST_REFUSED',
        'The pages of a history run in circles: it is begun anew',
        {
          isPassing: true,
        },
      )
    seen.add(url)
    const answer = await client
      .send({ audience: 'graph', url, budget: BUDGET }, signal)
      .catch((error: unknown) => {
        throw page > 1 ? expired(error) : error
      })
    const body = await answer.buffer(PAGE_BYTES)
    const next = nextOf(body)
    const { faults } = await desk.take({
      name: `${person}/${new Date(to).toISOString()}/${page}`,
      shape: 'graph-page',
      context: { format: 'ai-interaction', custodian: person },
      bytes: once(body),
    })
    if (faults.length > 0)
      throw new CloudError(
        'CONNECTION_LOST',
        'A page of a history could not be read to its end: it is begun anew',
        {
          isPassing: true,
        },
      )
    // Without a filter everything is read: behind old items of one mailbox folder come new ones of the next.
    url = next
  }
}

/** A link to the next page that is not known any more says nothing of the person: the window is begun anew. */
function expired(error: unknown): unknown {
  if (!(error instanceof CloudError) || error.code !== 'NOT_FOUND') return error
  return new CloudError(
    'REQUEST_REFUSED',
    'The way to the next page of a history has expired: it is begun anew',
    { isPassing: true, cause: error },
  )
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body)
}

/** The next page. Throws CONNECTION_LOST for a page that was cut off. */
function nextOf(body: Buffer): string | null {
  let page: unknown
  try {
    page = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new CloudError('CONNECTION_LOST', 'A page of a history ended early: it is begun anew', {
      cause: error,
      isPassing: true,
    })
  }
  if (typeof page !== 'object' || page === null) return null
  const link = new Map<string, unknown>(Object.entries(page)).get('@odata.nextLink')
  return typeof link === 'string' && link !== '' ? link : null
}
