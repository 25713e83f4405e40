import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import type { EmulatorPorts } from '../module.ts'

type GraphStatus = 400 | 401 | 403 | 404 | 429 | 500 | 503

/** An error as Graph words it: code, message, and ids to ask Microsoft about. */
export function graphError(
  c: Context,
  { ledger, world }: EmulatorPorts,
  status: GraphStatus,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  ledger.count(`graph ${code}`, status)
  const id = randomUUID()
  const date = new Date(world.now()).toISOString().slice(0, 19)
  return c.json(
    {
      error: {
        code,
        message,
        innerError: {
          date,
          'request-id': id,
          'client-request-id': c.req.header('client-request-id') ?? id,
        },
      },
    },
    status,
    { 'request-id': id, ...headers },
  )
}
