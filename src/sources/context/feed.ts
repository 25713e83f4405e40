import { hash } from 'node:crypto'
import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { isObject } from '../../platform/json-object.ts'
import type { Feed, FeedDesk, FetchDesk, Json, Notice, Outcome, Place, Unit } from '../feed.ts'
import { askAll } from './graph-batch.ts'
import { answered, LOOK_UPS, type Answered, type Asker, type LookUp } from './look-ups.ts'

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
/** Of what is throttled or fails; then it waits a day. */
const MOST_TRIES = 5
const LEAST_WAIT_MS = 60_000

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
    const { places, tries } = askedOf(scope, body)
    const { all, refused, later, waitMs } = await ask(lookUp, places, desk, signal)
    if (refused.length > 0) {
      desk.notice(refusal(lookUp, refused.length))
      askTomorrow(refused, desk)
    } else if (all.length > 0) desk.clearNotice('LOOK_UP_REFUSED', lookUp.kind)
    if (all.length > 0)
      await desk.takeReference({
        name: `context/${lookUp.kind}s-${desk.now().toISOString().slice(0, 19)}-${digestOf(all)}.json`,
        reference: 'context',
        bytes: new TextEncoder().encode(JSON.stringify({ value: all })),
      })
    if (later.length > 0 && tries + 1 < MOST_TRIES) {
      const until = new Date(desk.now().getTime() + waitMs).toISOString()
      return { state: 'wait', until, body: bodyOf(later, tries + 1) }
    }
    if (later.length > 0) {
      desk.notice(unanswered(lookUp, later.length))
      askTomorrow(later, desk)
    } else desk.clearNotice('LOOK_UP_UNANSWERED', lookUp.kind)
    return { state: 'done' }
  }

  /** What came of each place; which were refused, wholly or in part, and which were not answered now. */
  async function ask(
    lookUp: LookUp,
    places: readonly Place[],
    desk: FetchDesk,
    signal: AbortSignal,
  ) {
    const asker: Asker = { roles: await client.roles('graph', signal), idOf: idOf(desk) }
    const firsts = await askAll(client, places.map(lookUp.first), signal)
    const followed = places.map((place) => {
      const first = firsts.get(lookUp.first(place))
      const next = first === undefined ? null : (lookUp.second?.(asker, place, first) ?? null)
      return { place, first, next }
    })
    const nexts = followed.flatMap(({ next }) => (next === null ? [] : [next]))
    const seconds = await askAll(client, nexts, signal)
    const all: Answered[] = []
    const [refused, later]: [Place[], Place[]] = [[], []]
    let waitMs = LEAST_WAIT_MS
    for (const { place, first, next } of followed) {
      const second = next === null ? undefined : seconds.get(next)
      const said = [first, second].filter((one) => one !== undefined)
      if (said.every((one) => one.later === null)) all.push(answered(lookUp, place, said))
      else later.push(place)
      if (said.some(({ status }) => status === 403)) refused.push(place)
      waitMs = Math.max(waitMs, ...said.map((one) => one.later?.afterMs ?? 0))
    }
    return { all, refused, later, waitMs }
  }

  /** Whoever grants it should not have to wait until names are old. */
  function askTomorrow(places: readonly Pick<Place, 'kind' | 'key'>[], desk: FetchDesk): void {
    const soon = new Date(desk.now().getTime() - askAgainMs + DAY_MS).toISOString()
    desk.placesAsked(
      places.map(({ kind, key }) => ({ kind, key, person: '' })),
      soon,
    )
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

function unanswered({ kind }: LookUp, count: number): Notice {
  return {
    code: 'LOOK_UP_UNANSWERED',
    subject: kind,
    message: `Microsoft did not answer ${count} look-ups of ${kind}s, ${MOST_TRIES} times in a row: they are asked for again tomorrow; nothing needs to be done, unless it stays so`,
  }
}

function idOf(desk: FetchDesk): (person: string) => string | null {
  const ids = new Map(desk.people().map(({ id, upn }) => [upn.toLowerCase(), id]))
  return (person) =>
    person.includes('@') ? (ids.get(person.toLowerCase()) ?? null) : person === '' ? null : person
}

/** Tells files of the same second apart. */
const digestOf = (all: readonly Answered[]): string =>
  hash('sha256', JSON.stringify(all.map(({ key }) => key))).slice(0, 8)

function unitOf(kind: Place['kind'], places: readonly Place[], now: Date): Unit {
  const from = now.toISOString()
  return {
    key: `${kind} ${from} ${places[0]?.key ?? ''}`.slice(0, 120),
    scope: kind,
    span: { from, to: new Date(now.getTime() + 1).toISOString() },
    availableAt: null,
    expiresAt: null,
    body: bodyOf(places, 0),
  }
}

const bodyOf = (places: readonly Place[], tries: number): Json => ({
  tries,
  places: places.map(({ key, person }) => [key, person]),
})

function askedOf(scope: string, body: Json): { readonly places: Place[]; readonly tries: number } {
  const kind = LOOK_UPS.find((lookUp) => lookUp.kind === scope)?.kind
  // Units that were queued before batches are lists.
  const fields = isObject(body) ? body : { places: body, tries: 0 }
  const { places, tries } = fields
  if (kind === undefined || !Array.isArray(places)) return { places: [], tries: 0 }
  const list: readonly unknown[] = places
  return {
    tries: typeof tries === 'number' ? tries : 0,
    places: list.flatMap((pair): Place[] => {
      const [key, person]: readonly unknown[] = Array.isArray(pair) ? pair : []
      return typeof key === 'string' && typeof person === 'string' ? [{ kind, key, person }] : []
    }),
  }
}
