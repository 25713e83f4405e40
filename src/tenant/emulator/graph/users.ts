import type { Context, Hono } from 'hono'
import type { EmulatorModule, EmulatorPorts } from '../module.ts'
import {
  COPILOT_CHAT_PLAN,
  COPILOT_SKU,
  EXCHANGE_PLAN,
  fairMs,
  isLicensedAt,
  type EmulatedPerson,
} from '../people.ts'
import { graphError } from './errors.ts'
import { guarded } from './guard.ts'

const PAGE = 100
const MOST = 999

/** The directory: people with their plans and licences as of now (interface reference h). */
export class Users implements EmulatorModule {
  readonly name = 'users'

  mount(app: Hono, ports: EmulatorPorts): void {
    for (const version of ['v1.0', 'beta']) {
      const root = `/${ports.hosts.graph}/${version}/users`
      app.get(root, (c) => guarded(c, ports, 'User.Read.All', () => this.#page(c, ports, version)))
      app.get(`${root}/:id`, (c) =>
        guarded(c, ports, 'User.Read.All', () => {
          const id = (c.req.param('id') ?? '').toLowerCase()
          const person = ports.world.people.find(
            ({ objectId, upn }) => objectId === id || upn.toLowerCase() === id,
          )
          if (person === undefined)
            return graphError(
              c,
              ports,
              404,
              'Request_ResourceNotFound',
              `Resource '${id}' does not exist.`,
            )
          return c.json(userOf(ports, person))
        }),
      )
    }
  }

  #page(c: Context, ports: EmulatorPorts, version: string): Response {
    const { world, hosts, address, ledger } = ports
    const top = Math.min(MOST, Math.max(1, Number(c.req.query('$top') ?? PAGE)))
    const offset = Number(c.req.query('$skiptoken') ?? 0)
    if (!Number.isSafeInteger(offset))
      return graphError(c, ports, 400, 'BadRequest', 'The skip token is invalid.')
    const page = world.people.slice(offset, offset + top)
    const query = new URLSearchParams(new URL(c.req.url).searchParams)
    query.set('$skiptoken', String(offset + top))
    ledger.count('graph users', 200)
    return c.json({
      '@odata.context': `${address()}/${hosts.graph}/${version}/$metadata#users`,
      ...(offset + top < world.people.length
        ? { '@odata.nextLink': `${address()}/${hosts.graph}/${version}/users?${query.toString()}` }
        : {}),
      value: page.map((person) => userOf(ports, person)),
    })
  }
}

function userOf({ world }: EmulatorPorts, person: EmulatedPerson): object {
  const now = world.now()
  const isLicensed = isLicensedAt(person, now)
  // Before a licence goes it shows as suspended, and still serves.
  const isEnding =
    person.licenceEnds !== null && now >= person.licenceEnds - 2 * fairMs(world.options.rate)
  const plan = (servicePlanId: string, service: string, capabilityStatus: string) => ({
    assignedDateTime: '2025-09-01T08:00:00Z',
    capabilityStatus,
    service,
    servicePlanId,
  })
  return {
    id: person.objectId,
    userPrincipalName: person.upn,
    displayName: person.displayName,
    mail: person.hasMailbox ? person.upn : null,
    accountEnabled: true,
    userType: 'Member',
    preferredDataLocation: person.dataLocation,
    assignedLicenses: isLicensed ? [{ disabledPlans: [], skuId: COPILOT_SKU }] : [],
    assignedPlans: [
      ...(person.hasMailbox ? [plan(EXCHANGE_PLAN, 'exchange', 'Enabled')] : []),
      ...(person.isLicensed
        ? [
            plan(
              COPILOT_CHAT_PLAN,
              'MicrosoftCopilot',
              isLicensed ? (isEnding ? 'Warning' : 'Enabled') : 'Deleted',
            ),
          ]
        : []),
    ],
  }
}
