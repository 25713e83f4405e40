import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Listing, Unit } from '../feed.ts'
import type { ManagementActivityOptions } from './feed.ts'
import { BUDGET, contentItems, feedRoot, withPublisher, type ContentType } from './wire.ts'

const DAY_MS = 86_400_000
/** More pages than this in a day of one type are a loop, whatever they say. */
const MOST_PAGES = 100_000
/** A listing that breaks off or runs in circles is begun anew. */
const TRIES = 3

/**
 * Lists the content that was created in `[from, to)`, at most a day, to its last page. Both bounds are always sent:
 * without them two pages of Microsoft's contradict each other, and a longer window is answered in part (surprises 7).
 */
export async function listContent(
  options: ManagementActivityOptions,
  contentType: ContentType,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Listing> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(options, contentType, from, to, signal)
    } catch (error) {
      // A bad or expired page token: only the window as a whole can be asked again.
      const isWorthIt =
        error instanceof CloudError &&
        (error.serviceCode === 'AF20031' || error.code === 'REQUEST_REFUSED')
      if (
        !isWorthIt ||
        error.serviceCode === 'AF20022' ||
        error.serviceCode === 'AF20023' ||
        attempt >= TRIES
      )
        throw error
    }
  }
}

async function listOnce(
  { client, tenantId, publisher }: ManagementActivityOptions,
  contentType: ContentType,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Listing> {
  const query = new URLSearchParams({ contentType, startTime: second(from), endTime: second(to) })
  const first = `${feedRoot(client, tenantId)}/subscriptions/content?${query.toString()}`
  const units = new Map<string, Unit>()
  const seen = new Set<string>()
  let url: string | null = withPublisher(first, publisher)
  let pages = 0
  while (url !== null) {
    signal.throwIfAborted()
    if (seen.has(url) || pages >= MOST_PAGES)
      throw new CloudError(
        'REQUEST_REFUSED',
        `The listing of ${contentType} runs in circles: it is begun anew`,
        {
          isPassing: true,
        },
      )
    seen.add(url)
    const answer = await client.send({ audience: 'management', url, budget: BUDGET }, signal)
    const next = answer.header('NextPageUri') ?? answer.header('NextPageUrl')
    for (const item of contentItems(await answer.json())) {
      const created = Date.parse(item.contentCreated)
      units.set(item.contentId, {
        key: item.contentId,
        scope: contentType,
        span: { from: iso(from), to: iso(to) },
        availableAt: iso(created),
        expiresAt: item.contentExpiration ?? iso(created + 7 * DAY_MS),
        body: item.contentUri,
      })
    }
    pages += 1
    url = next === null || next === '' ? null : withPublisher(next, publisher)
  }
  return {
    scope: contentType,
    span: { from: iso(from), to: iso(to) },
    pages,
    complete: true,
    units: [...units.values()],
  }
}

/** The form that the API takes; the second is cut off, never rounded up. */
const second = (ms: number): string => new Date(ms).toISOString().slice(0, 19)
const iso = (ms: number): string => new Date(ms).toISOString()
