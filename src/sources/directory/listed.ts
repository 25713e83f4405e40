import { hash } from 'node:crypto'
import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FetchDesk } from '../feed.ts'

export const BUDGET = 'graph-directory'
const MOST_PAGES = 5_000

/** Every entry of a list as JSON text, in the order of their ids: the same list gives the same bytes. */
export async function readListed(
  client: CloudClient,
  first: string,
  keyOf: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = new Map<string, string>()
  const seen = new Set<string>()
  let url: string | null = first
  while (url !== null) {
    if (seen.has(url) || seen.size >= MOST_PAGES)
      throw new CloudError(
        'REQUEST_REFUSED',
        'The pages of the directory run in circles: they are read anew',
        {
          isPassing: true,
        },
      )
    seen.add(url)
    // oxlint-disable-next-line no-await-in-loop -- a page names the next one
    const answer = await client.send({ audience: 'graph', url, budget: BUDGET }, signal)
    // oxlint-disable-next-line no-await-in-loop -- as above
    const fields = fieldsOf(await answer.json())
    const value = fields.get('value')
    for (const entry of Array.isArray(value) ? value : []) {
      const key = fieldsOf(entry).get(keyOf)
      if (typeof key === 'string') found.set(key, JSON.stringify(entry))
    }
    const next = fields.get('@odata.nextLink')
    url = typeof next === 'string' && next !== '' ? next : null
  }
  return [...found.keys()].toSorted().map((key) => found.get(key) ?? '')
}

/**
 * A list as Graph serves one page of it; after a change with the moment since when it has been so: what is taken back
 * must not pass for what was said before the change. The same list gives the same bytes until it changes.
 */
export function pageOf(
  desk: Pick<FetchDesk, 'state' | 'saveState' | 'now'>,
  context: string,
  entries: readonly string[],
): Uint8Array<ArrayBuffer> {
  const list = entries.join(',')
  const sha256 = hash('sha256', list, 'hex')
  const known = fieldsOf(desk.state(`list ${context}`))
  const isSame = known.get('sha256') === sha256
  const said = isSame ? known.get('since') : known.size === 0 ? null : desk.now().toISOString()
  const since = typeof said === 'string' ? said : null
  if (!isSame) desk.saveState(`list ${context}`, { sha256, since })
  const changed = since === null ? '' : `"@daybook.since":"${since}",`
  return new TextEncoder().encode(`{"@odata.context":"${context}",${changed}"value":[${list}]}`)
}

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
