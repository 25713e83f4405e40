import type { CloudClient } from '../../platform/http/cloud-client.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Place, Unit } from '../feed.ts'
import { LOOK_UPS, type Found, type LookUp } from './look-ups.ts'

export interface ContextOptions {
  readonly client: CloudClient
  /** Which kinds of places are looked up: each takes a permission of its own. */
  readonly kinds: readonly Place['kind'][]
  /** After how long a place is asked for again. */
  readonly askAgainMs: number
}

/** Look-ups of one unit: an answer that is lost repeats few. */
const AT_ONCE = 20
/** Units queued by one plan: the rest waits for the next one. */
const MOST_UNITS = 25

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
      if (!isAllowed(lookUp, roles)) continue
      const places = desk.places(kind, { askedBefore, limit: AT_ONCE * MOST_UNITS })
      const units: Unit[] = []
      for (let at = 0; at < places.length; at += AT_ONCE)
        units.push(unitOf(kind, places.slice(at, at + AT_ONCE), now))
      if (units.length === 0) continue
      const span = { from: now.toISOString(), to: new Date(now.getTime() + 1).toISOString() }
      desk.announce({ scope: kind, span, pages: 1, complete: true, units })
      // What is on its way is not announced twice.
      desk.placesAsked(places)
    }
  }

  async function fetch(
    { scope, body }: Unit,
    desk: FetchDesk,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const lookUp = lookUps.find(({ kind }) => kind === scope)
    if (lookUp === undefined) return { state: 'refused', code: 'SWITCHED_OFF' }
    const found: Found[] = []
    for (const place of placesOf(scope, body)) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: names are in no hurry
      const one = await lookUp.find(client, place, signal)
      if (one !== null) found.push(one)
    }
    desk.clearNotice('PERMISSION_MISSING', lookUp.kind)
    if (found.length > 0)
      await desk.takeReference({
        name: `context/${lookUp.kind}s-${desk.now().toISOString().slice(0, 19)}.json`,
        reference: 'context',
        bytes: new TextEncoder().encode(JSON.stringify({ value: found })),
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
