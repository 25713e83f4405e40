import type { Context, Hono } from 'hono'
import type { EmulatorModule, EmulatorPorts } from '../module.ts'
import { isLicensedAt, type EmulatedPerson } from '../people.ts'
import type { Interaction } from '../world.ts'
import { spoiled } from '../spoiled-body.ts'
import { graphError } from './errors.ts'
import { spanOf } from './filter.ts'
import { guarded } from './guard.ts'

const DEFAULT_PAGE = 10
const MOST = 100

/** `getAllEnterpriseInteractions`: one person's history, newest first, as Graph serves it (interface reference d). */
export class Interactions implements EmulatorModule {
  readonly name = 'interactions'

  mount(app: Hono, ports: EmulatorPorts): void {
    for (const version of ['v1.0', 'beta']) {
      // The path compares without case.
      const root = `/${ports.hosts.graph}/${version}/copilot/users/:id`
      for (const path of [
        'interactionHistory/getAllEnterpriseInteractions',
        'interactionhistory/getallenterpriseinteractions',
      ])
        app.get(`${root}/${path}`, (c) =>
          guarded(c, ports, 'AiEnterpriseInteraction.Read.All', () =>
            this.#page(c, ports, version),
          ),
        )
    }
  }

  #page(c: Context, ports: EmulatorPorts, version: string): Response {
    const { world, ledger } = ports
    const { faults } = world
    const id = (c.req.param('id') ?? '').toLowerCase()
    const person = world.people.find(
      ({ objectId, upn }) => objectId === id || upn.toLowerCase() === id,
    )
    if (person === undefined)
      return graphError(
        c,
        ports,
        404,
        'NotFound',
        `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
      )
    if (!isLicensedAt(person, world.now())) {
      if (person.licenceEnds !== null) faults.strike('licence-lost')
      return graphError(
        c,
        ports,
        403,
        'Forbidden',
        'User does not have a valid license for Microsoft 365 Copilot.',
      )
    }
    const filter = c.req.query('$filter')
    if (
      filter !== undefined &&
      faults.strikes('filter-refused', `${person.objectId} ${filter}`, 0.1, Infinity)
    )
      return graphError(
        c,
        ports,
        400,
        'BadRequest',
        "Invalid filter clause: filtering on 'createdDateTime' is not supported.",
      )
    const asked = spanOf(filter)
    if (asked === null) return graphError(c, ports, 400, 'BadRequest', 'Invalid filter clause.')
    const token = c.req.query('$skiptoken')
    const offset = token === undefined ? 0 : skipOf(token)
    if (offset === null)
      return graphError(c, ports, 400, 'BadRequest', 'The skip token is invalid.')
    const key = `${person.objectId} ${filter ?? ''} ${offset}`
    if (offset > 0 && faults.strikes('expired-links', key, 0.02))
      return graphError(c, ports, 400, 'BadRequest', 'The skip token has expired.')
    const wanted = Number(c.req.query('$top') ?? DEFAULT_PAGE)
    const top = faults.isOn('small-pages') ? 7 : Math.min(MOST, Math.max(1, wanted))
    if (faults.isOn('small-pages')) faults.strike('small-pages')
    const all = world
      .interactionsOf(person, asked.from, asked.to)
      .filter(({ event }) => event.occurredAt > asked.from && event.occurredAt < asked.to)
    ledger.count('graph interactions', 200)
    const page = all.slice(offset, offset + top)
    const rest = offset + top < all.length
    const loops = rest && faults.strikes('page-loops', key, 0.01)
    const next = rest ? this.#next(c, ports, version, person, loops ? offset : offset + top) : null
    return this.#answer(ports, version, person, page, next, key)
  }

  #answer(
    { hosts, address, world }: EmulatorPorts,
    version: string,
    person: EmulatedPerson,
    page: readonly Interaction[],
    next: string | null,
    key: string,
  ): Response {
    const { faults } = world
    const context = `${address()}/${hosts.graph}/${version}/$metadata#users('${person.objectId}')/interactionHistory/getAllEnterpriseInteractions`
    const parts: Buffer[] = [
      Buffer.from(`{"@odata.context":${JSON.stringify(context)},"@odata.count":${page.length},`),
    ]
    if (next !== null) parts.push(Buffer.from(`"@odata.nextLink":${JSON.stringify(next)},`))
    parts.push(Buffer.from('"value":['))
    for (const [at, { bytes }] of page.entries()) {
      if (at > 0) parts.push(Buffer.from(','))
      parts.push(bytes())
    }
    parts.push(Buffer.from(']}'))
    const body = Buffer.concat(parts)
    const harm = faults.strikes('truncated', key, 0.02)
      ? 'cut'
      : faults.strikes('resets', key, 0.02)
        ? 'reset'
        : null
    if (harm === null)
      for (const { event } of page) if (event.fault !== null) faults.strike(event.fault)
    return spoiled([body], body.length, harm)
  }

  #next(
    c: Context,
    { hosts, address }: EmulatorPorts,
    version: string,
    person: EmulatedPerson,
    offset: number,
  ): string {
    const query = new URLSearchParams(new URL(c.req.url).searchParams)
    const skip = `SkipValue=${offset}#MailboxFolder=MailFolders/TeamsMessagesData`
    query.set('$skiptoken', Buffer.from(skip).toString('base64'))
    return `${address()}/${hosts.graph}/${version}/copilot/users/${person.objectId}/interactionHistory/getAllEnterpriseInteractions?${query.toString()}`
  }
}

function skipOf(token: string): number | null {
  const found = /^SkipValue=(\d+)#MailboxFolder=/.exec(Buffer.from(token, 'base64').toString())
  return found === null ? null : Number(found[1])
}
