import type { CloudClient } from '../../platform/http/cloud-client.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Place, Unit } from '../feed.ts'
import { LOOK_UPS, type Answered, type LookUp } from './look-ups.ts'

export interface ContextOptions {
  readonly client: CloudClient
  /** Which kinds of places are looked up: each takes a permission of its own. */
  readonly kinds: readonly Place['kind'][]
  /** After how long a place is asked for again. */
  readonly askAgainMs: number
}

const DAY_MS = 86_400_000
/** Look-ups of one unit, and of one file of reference data. */
const AT_ONCE = 100
/** Units queued by one plan: the rest waits for the next one. */
const MOST_UNITS = 5

/**
 * Names of sites, files and meetings that records give only as an address or id. Asked once, and again when the answer is
 * old; kept as reference data. It never holds up a record, and each kind is left out for itself when its permission is missing.
 */
export function contextLookUps({ client, kinds, askAgainMs }: ContextOptions): Feed {
  const lookUps = LOOK_UPS.filter(({ kind }) => kinds.includes(kind))

  async function plan(desk: FeedDesk, signal: AbortSignal): Promise<void> {
    const now = desk.now()
    const askedBefore = new Date(now.getTime() - askAgainMs).toISOString()
    const roles = await client.roles('graph', signal)
    for (const lookUp of lookUps) {
      const { kind } = lookUp
      if (!isAllowed(lookUp, roles)) {
        desk.notice(missing(lookUp))
        continue
      }
      desk.clearNotice('PERMISSION_MISSING', kind)
      const places = desk.places(kind, { askedBefore, limit: AT_ONCE * MOST_UNITS })
      const units: Unit[] = []
      for (let at = 0; at < places.length; at += AT_ONCE)
        units.push(unitOf(kind, places.slice(at, at + AT_ONCE), now))
      if (units.length === 0) continue
      const span = { from: now.toISOString(), to: new Date(now.getTime() + 1).toISOString() }
      desk.announce({ scope: kind, span, pages: 1, complete: true, units })
      // What is on its way is not announced twice.
      desk.placesAsked(places, now.toISOString())
    }
  }

  async function fetch(
    { scope, body }: Unit,
    desk: FetchDesk,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const lookUp = lookUps.find(({ kind }) => kind === scope)
    if (lookUp === undefined) return { state: 'refused', code: 'SWITCHED_OFF' }
    const roles = await client.roles('graph', signal)
    const ids = new Map(desk.people().map(({ id, upn }) => [upn.toLowerCase(), id]))
    const idOf = (person: string): string | null =>
      person.includes('@') ? (ids.get(person.toLowerCase()) ?? null) : person === '' ? null : person
    const all: Answered[] = []
    for (const place of placesOf(scope, body)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: names are in no hurry
      all.push(await lookUp.find({ client, roles, idOf }, place, signal))
    }
    const refused = all.filter(({ status }) => status === 403)
    if (refused.length > 0) {
      desk.notice(refusal(lookUp, refused.length))
      // Tomorrow: whoever grants it should not have to wait until names are old.
      const soon = new Date(desk.now().getTime() - askAgainMs + DAY_MS).toISOString()
      desk.placesAsked(
        refused.map(({ kind, key }) => ({ kind, key, person: '' })),
        soon,
      )
    } else if (all.length > 0) desk.clearNotice('LOOK_UP_REFUSED', lookUp.kind)
    if (all.length > 0)
      await desk.takeReference({
        name: `context/${lookUp.kind}s-${desk.now().toISOString().slice(0, 19)}.json`,
        reference: 'context',
        bytes: new TextEncoder().encode(JSON.stringify({ value: all })),
      })
    return { state: 'done' }
  }

  return {
    name: 'context',
    permissions: lookUps.map(({ roles, why }) => ({
      role: roles[0],
      audience: 'graph',
      required: true,
      why,
    })),
    everyMs: null,
    concurrency: 2,
    plan,
    fetch,
    check: async (_desk, signal) => {
      const roles = await client.roles('graph', signal)
      return lookUps.filter((lookUp) => !isAllowed(lookUp, roles)).map(missing)
    },
  }
}

const isAllowed = (lookUp: LookUp, roles: readonly string[]): boolean =>
  lookUp.roles.some((role) => roles.includes(role))

function missing({ kind, roles, why }: LookUp): Notice {
  return {
    code: 'PERMISSION_MISSING',
    subject: kind,
    message: `The application lacks ${roles[0]} for Graph: grant it (application permission) and give admin consent, or set feeds.context.${kind}s to false. ${why}`,
  }
}

function refusal({ kind, refused }: LookUp, count: number): Notice {
  return {
    code: 'LOOK_UP_REFUSED',
    subject: kind,
    message: `Microsoft refuses to show ${count} ${kind}s although the permission is there: ${refused}. They are asked for again tomorrow`,
  }
}

function unitOf(kind: Place['kind'], places: readonly Place[], now: Date): Unit {
  const from = now.toISOString()
  return {
    key: `${kind} ${from} ${places[0]?.key ?? ''}`.slice(0, 120),
    scope: kind,
    span: { from, to: new Date(now.getTime() + 1).toISOString() },
    availableAt: null,
    expiresAt: null,
    body: places.map(({ key, person }) => [key, person]),
  }
}

function placesOf(scope: string, body: Json): Place[] {
  const kind = LOOK_UPS.find((lookUp) => lookUp.kind === scope)?.kind
  if (kind === undefined || !Array.isArray(body)) return []
  return body.flatMap((pair): Place[] => {
    const [key, person] = Array.isArray(pair) ? pair : []
    return typeof key === 'string' && typeof person === 'string' ? [{ kind, key, person }] : []
  })
}
