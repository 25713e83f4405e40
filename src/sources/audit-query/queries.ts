import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'

export const BUDGET = 'graph-audit'
export const AUDIT_QUERY_ROLE = 'AuditLogsQuery.Read.All'

const PATH = '/v1.0/security/auditLog/queries'
// Version 1.0 knows no filter for the record type of Copilot: the operations stand for it (surprises 22).
const OPERATIONS = ['CopilotInteraction', 'ConnectedAIAppInteraction', 'AIAppInteraction']

/** Submits a query over a span of event times. Answers its id. */
export async function createQuery(
  client: CloudClient,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<string> {
  const answer = await client.send(
    {
      audience: 'graph',
      method: 'POST',
      url: PATH,
      budget: BUDGET,
      json: {
        displayName: `Daybook ${new Date(from).toISOString().slice(0, 13)}`,
        filterStartDateTime: new Date(from).toISOString(),
        filterEndDateTime: new Date(to).toISOString(),
        operationFilters: OPERATIONS,
      },
    },
    signal,
  )
  const id = fieldOf(await answer.json(), 'id')
  if (typeof id === 'string' && id !== '') return id
  throw new CloudError(
    'SERVICE_FAILED',
    'Microsoft took an audit query and gave it no id: it is asked again',
    {
      isPassing: true,
    },
  )
}

/** How far a query is. One that is not known any more is `gone`. */
export async function queryState(
  client: CloudClient,
  query: string,
  signal: AbortSignal,
): Promise<{
  readonly status: 'running' | 'succeeded' | 'failed' | 'gone'
  /** Succeeded all the same. */
  readonly isTruncated: boolean
}> {
  const answer = await client.send(
    { audience: 'graph', url: `${PATH}/${query}`, budget: BUDGET, accept: [404] },
    signal,
  )
  const body = await answer.json()
  if (answer.status === 404) return { status: 'gone', isTruncated: false }
  const status = String(fieldOf(body, 'status')).toLowerCase()
  const isTruncated = fieldOf(body, 'isRecordCountLimitExceeded') === true
  if (status === 'succeeded') return { status, isTruncated }
  const isOver = status === 'failed' || status === 'cancelled' || status === 'canceled'
  return { status: isOver ? 'failed' : 'running', isTruncated }
}

export const recordsUrl = (client: CloudClient, query: string): string =>
  `${client.root('graph')}${PATH}/${query}/records`

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}
