import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'

/** What was logged between two instants, by when the service took it in: what arrives late is in a later slice. */
export interface Slice {
  readonly app: string
  /** Milliseconds since 1970, half-open. */
  readonly from: number
  readonly to: number
}

export interface Telemetry {
  readonly bytes: Uint8Array
  /** There is more than was answered. */
  readonly truncated: boolean
}

const BUDGET = 'app-insights'
/** Bounds what one answer takes in memory. */
const MOST_ROWS = 5_000
/** The service's own bound: for a slice that cannot be split any more. */
const MOST_ROWS_EVER = 500_000
const ANSWER_BYTES = 128 << 20
/** A slice is not split below this. */
const SHORTEST_MS = 1_000

export const canSplit = ({ from, to }: Slice): boolean => to - from >= 2 * SHORTEST_MS

/** Throws CloudError; an answer that cannot be read is one that broke off. */
export async function readSlice(
  client: CloudClient,
  slice: Slice,
  signal: AbortSignal,
): Promise<Telemetry> {
  const most = canSplit(slice) ? MOST_ROWS : MOST_ROWS_EVER
  const query = [
    'customEvents',
    `where ingestion_time() >= ${instant(slice.from)} and ingestion_time() < ${instant(slice.to)}`,
    'order by timestamp asc',
    `take ${most + 1}`,
  ].join(' | ')
  const answer = await client.send(
    {
      audience: 'app-insights',
      url: `${client.root('app-insights')}/v1/apps/${encodeURIComponent(slice.app)}/query`,
      method: 'POST',
      json: { query },
      budget: BUDGET,
    },
    signal,
  )
  const bytes = await answer.buffer(ANSWER_BYTES)
  const { rows, isPartial } = sizeOf(bytes)
  return { bytes, truncated: isPartial || rows > most }
}

const instant = (ms: number): string => `datetime(${new Date(ms).toISOString()})`

/** Rows of the answer, and whether the service says that it is not all: it does so with status 200. */
function sizeOf(bytes: Buffer): { readonly rows: number; readonly isPartial: boolean } {
  let body: unknown
  try {
    body = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new CloudError('CONNECTION_LOST', 'An answer of Application Insights broke off', {
      cause: error,
      isPassing: true,
    })
  }
  const answer = fieldsOf(body)
  const tables = answer.get('tables')
  if (!Array.isArray(tables))
    throw new CloudError('BODY_NOT_JSON', 'An answer of Application Insights holds no tables')
  const rows = tables
    .map((table: unknown) => fieldsOf(table).get('rows'))
    .reduce((sum: number, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
  return { rows, isPartial: answer.has('error') }
}

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
