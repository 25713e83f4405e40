import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FetchDesk } from '../feed.ts'
import { BUDGET, fieldOf, recordsUrl } from './queries.ts'

/** A query gives a million records at most; more pages than this are a circle. */
const MOST_PAGES = 20_000
const PAGE_BYTES = 64 << 20

/** Reads what a finished query found, page by page, and hands every page on. Answers the ids of the records. */
export async function readRecords(
  client: CloudClient,
  query: string,
  name: string,
  desk: FetchDesk,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  const seen = new Set<string>()
  let url: string | null = recordsUrl(client, query)
  for (let page = 1; url !== null; page += 1) {
    signal.throwIfAborted()
    if (seen.has(url) || page > MOST_PAGES)
      throw again('The pages of an audit query run in circles')
    seen.add(url)
    const answer = await client.send({ audience: 'graph', url, budget: BUDGET }, signal)
    const body = await answer.buffer(PAGE_BYTES)
    const parsed = jsonOf(body)
    const { faults } = await desk.take({
      name: `${name}/${page}`,
      shape: 'audit-rows',
      context: { format: 'audit-row' },
      bytes: once(body),
    })
    if (faults.length > 0) throw again('A page of an audit query could not be read to its end')
    const value = fieldOf(parsed, 'value')
    for (const record of Array.isArray(value) ? value : []) ids.add(String(fieldOf(record, 'id')))
    const next = fieldOf(parsed, '@odata.nextLink')
    url = typeof next === 'string' && next !== '' ? next : null
  }
  return ids
}

function jsonOf(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return value
  } catch {
    throw again('A page of an audit query ended early')
  }
}

function again(what: string): CloudError {
  return new CloudError('CONNECTION_LOST', `${what}: it is read anew`, { isPassing: true })
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(body)
}
