import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'hono'
import type { EmulatorPorts } from '../module.ts'
import { graphError } from './errors.ts'

/** Tokens, throttling and failures of every Graph call. `role`: what the token must carry. */
export async function guarded(
  c: Context,
  ports: EmulatorPorts,
  role: string,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const { entra, world } = ports
  const { faults } = world
  const key = `${c.req.method} ${c.req.path} ${new URL(c.req.url).search}`
  const refused = await entra.refusal(ports, c.req.header('authorization'), 'graph', role)
  if (refused === 'role')
    return graphError(
      c,
      ports,
      403,
      'Forbidden',
      `Missing role permissions on the request. API requires one of '${role}'.`,
    )
  if (refused !== null || faults.strikes('token-expiry', key, 0.03))
    return graphError(
      c,
      ports,
      401,
      'InvalidAuthenticationToken',
      refused === 'audience'
        ? 'Access token validation failure. Invalid audience.'
        : 'Lifetime validation failed, the token is expired.',
    )
  if (faults.strikes('throttled', key, 0.08, 2))
    return graphError(c, ports, 429, 'TooManyRequests', 'Too many requests.', {
      'Retry-After': String(Math.max(1, Math.round(world.options.rate / 4))),
    })
  if (faults.strikes('server-errors', key, 0.05, 2))
    return graphError(
      c,
      ports,
      503,
      'ServiceUnavailable',
      'The service is temporarily unavailable. Please retry.',
    )
  if (faults.strikes('slow', key, 0.01)) await sleep(1_000)
  return answer()
}
