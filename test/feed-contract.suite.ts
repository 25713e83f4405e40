// What `src/sources/feed.ts` promises of every feed, each promise a test, against an emulated tenant on the wire.
import { hash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CodedError } from '../src/platform/errors.ts'
import type { CloudClient } from '../src/platform/http/cloud-client.ts'
import type { Feed, Json, Person, Unit } from '../src/sources/feed.ts'
import { MemoryDesk } from '../src/sources/memory-desk.suite.ts'
import { startTenant, type EmulatedTenant } from '../src/tenant/emulator/server.ts'
import { wireTo, type Treatment, type Wire } from './feed-contract-wire.suite.ts'

/** What tells one feed from another. */
export interface FeedCase {
  readonly make: (client: CloudClient, tenant: EmulatedTenant) => Feed
  /** What the feed finds when it is planned for the first time, besides people. */
  readonly prepare?: (desk: MemoryDesk) => void
  /** Everything that it announces can be fetched for some time only. */
  readonly expires: boolean
  /** Answers name addresses to be asked next. */
  readonly follows: boolean
  /** When what was taken happened, as far as the span of its unit bounds that: milliseconds since 1970. */
  readonly momentsOf: (taken: string) => readonly number[]
  /** How far around its span a unit may reach: bounds that exclude, clocks that differ. */
  readonly slackMs: number
}

/** Units of one feed that a test fetches. */
const FEW = 3
/** Who asks rarely asks less. */
const LEAST_WAIT_MS = 30 * 60_000
const never = new AbortController().signal

/** A tenant that is asked by one feed after the other. */
export async function contractTenant(): Promise<EmulatedTenant> {
  return startTenant({
    seed: 7,
    port: 0,
    rate: 1,
    start: new Date('2026-03-04T12:00:00Z'),
    people: 80,
    recordsPerDay: 150,
    backlogDays: 5,
    blobRecords: 25,
    lateness: 'prompt',
    faults: new Set(),
    cloud: 'commercial',
  })
}

export function feedContract(
  name: Feed['name'],
  tenantNow: () => EmulatedTenant,
  given: FeedCase,
): void {
  describe(`the feed ${name}`, () => {
    let tenant: EmulatedTenant
    let wire: Wire
    beforeAll(async () => {
      tenant = tenantNow()
      wire = await wireTo(tenant)
    })
    afterAll(async () => {
      await wire.close()
    })
    afterEach(() => {
      wire.treat = () => 'pass'
    })

    const made = (): Feed => given.make(wire.client(), tenant)
    const freshDesk = (nowMs = tenant.world.now()): MemoryDesk => {
      const desk = new MemoryDesk(new Date(nowMs).toISOString())
      desk.known = peopleIn(tenant)
      given.prepare?.(desk)
      return desk
    }
    /** What is planned first, and the desk that it was planned at. */
    const planned = async (feed = made(), desk = freshDesk()) => {
      await feed.plan(desk, never)
      return { feed, desk, units: [...desk.units] }
    }
    /** Few units that give something, as they were found first. */
    let first: ReturnType<typeof foundUnits> | null = null
    const fruitful = async () => (first ??= foundUnits())
    const foundUnits = async () => {
      const plan = await planned()
      const units: Unit[] = []
      for (const unit of plan.units.slice(0, 12)) {
        if (units.length >= FEW) break
        const desk = deskLike(plan.desk)
        await fetchedToEnd(plan.feed, unit, desk, tenant)
        if (desk.taken.length + desk.references.length > 0) units.push(unit)
      }
      expect(units.length).toBeGreaterThan(0)
      return { ...plan, units }
    }

    test('is named, and names every permission with what is missing without it', async () => {
      const feed = made()
      expect(feed.name).toBe(name)
      expect(feed.concurrency).toBeGreaterThanOrEqual(1)
      expect(feed.everyMs ?? 1).toBeGreaterThan(0)
      expect(feed.permissions.some(({ required }) => required)).toBe(true)
      for (const { role, why } of feed.permissions) {
        expect(role).toMatch(/^[\w-]+(?:\.[\w-]+)+$/)
        expect(why).toMatch(/^Without it .{10,}/)
      }
      await fruitful()
      const declared = new Set(feed.permissions.map(({ audience }) => audience))
      expect([...wire.audiences].filter((audience) => !declared.has(audience))).toEqual([])
    })

    test('plans the same at the same moment, and names when each unit expires', async () => {
      const one = await planned()
      const { units } = await planned(made(), freshDesk(one.desk.nowMs))

      expect(units).toEqual(one.units)
      expect(new Set(units.map(({ key }) => key)).size).toBe(units.length)
      for (const { span, expiresAt, availableAt } of units) {
        expect(Date.parse(span.from)).toBeLessThan(Date.parse(span.to))
        expect(isInstant(availableAt)).toBe(true)
        expect(isInstant(expiresAt) && (expiresAt !== null || !given.expires)).toBe(true)
      }
    })

    test('goes on after a restart from what the catalog kept as JSON', async () => {
      const { desk, units } = await planned()
      const restarted = deskLike(desk)
      restarted.units.push(...units.map((unit) => copyOf(unit)))
      await made().plan(restarted, never)
      expect(restarted.units.map(({ key }) => key)).toEqual(units.map(({ key }) => key))
    })

    test('fetches the same bytes however often, from a unit that the catalog kept as JSON', async () => {
      const { desk, units } = await fruitful()
      for (const unit of units) {
        const [one, other] = [deskLike(desk), deskLike(desk)]
        await fetchedToEnd(made(), unit, one, tenant)
        await fetchedToEnd(made(), copyOf(unit), other, tenant)
        expect(kept(other)).toEqual(kept(one))
      }
    })

    test('fetches nothing beyond the span of a unit', async () => {
      const { feed, desk, units } = await fruitful()
      for (const unit of units) {
        const own = deskLike(desk)
        await fetchedToEnd(feed, unit, own, tenant)
        const moments = own.taken.flatMap((body) => given.momentsOf(body.text))
        const [from, to] = [Date.parse(unit.span.from), Date.parse(unit.span.to)]
        const outside = moments.filter(
          (at) => at < from - given.slackMs || at >= to + given.slackMs,
        )
        expect(outside).toEqual([])
      }
    })

    test.each<[string, Treatment]>([
      ['before an answer', 'hold'],
      ['within one', 'half'],
    ])('ends at once when it is told to %s, and leaves nothing open', async (_when, treatment) => {
      const { desk, feed, units } = await fruitful()
      const [unit] = units
      if (unit === undefined) throw new Error('nothing was planned')
      const stop = new AbortController()
      wire.treat = () => treatment
      const ended = feed.fetch(unit, deskLike(desk), stop.signal).then(
        () => 'an outcome',
        (error: unknown) => String(error),
      )
      await expect.poll(() => wire.held(), { interval: 2 }).toBe(1)
      stop.abort(new Error('the collector ends'))
      expect(await ended).toBe('Error: the collector ends')
      await expect.poll(() => wire.held(), { interval: 2 }).toBe(0)
    })

    test('asks nobody once it was told to end', async () => {
      const { desk, feed, units } = await fruitful()
      const [unit] = units
      if (unit === undefined) throw new Error('nothing was planned')
      const before = wire.heard.length
      const ended = feed.fetch(unit, deskLike(desk), AbortSignal.abort(new Error('over')))
      await expect(ended).rejects.toThrow('over')
      expect(wire.heard).toHaveLength(before)
    })

    test('loses nothing when any one of its requests fails: cursors stay where they were', async () => {
      const whole = await everything(made(), freshDesk())
      const requests = new Set(wire.heard)
      wire.heard.length = 0
      await everything(made(), freshDesk())
      const inOrder = [...new Set(wire.heard)]
      expect(requests.size).toBeGreaterThan(0)
      for (const [n] of inOrder.slice(0, 4).entries()) {
        const asked = new Set<string>()
        let broken: string | null = null
        wire.treat = (path) => {
          asked.add(path)
          if (asked.size === n + 1) broken ??= path
          return path === broken ? 'fail' : 'pass'
        }
        const got = await everything(made(), freshDesk(), () => {
          wire.treat = () => 'pass'
          // The collector waits before it tries again.
          tenant.world.clock.advanceTo(tenant.world.now() + 61_000)
        })
        wire.treat = () => 'pass'
        expect(got).toEqual(whole)
      }
    })

    test('refused for want of a permission, says which one to grant, and no secret', async () => {
      const { desk, units } = await fruitful()
      const other = await wireTo(tenant)
      try {
        other.treat = () => 'refuse'
        const feed = given.make(other.client(), tenant)
        const own = deskLike(desk)
        const said: string[] = []
        const note = (error: unknown): void => {
          expect(error).toBeInstanceOf(CodedError)
          said.push(error instanceof CodedError ? `${error.code}: ${error.message}` : '')
        }
        await feed.plan(freshDesk(), never).catch(note)
        await feed.fetch(units[0] ?? never0(), own, never).catch(note)
        for (const found of await feed.check(own, never)) own.notice(found)
        const notices = [...own.notices.values()]
        said.push(...notices.map(({ code, message }) => `${code}: ${message}`))

        const required = feed.permissions.filter((each) => each.required)
        for (const { role } of required)
          expect(said).toContainEqual(
            expect.stringMatching(`PERMISSION_MISSING: (?=.*${role})(?=.*grant)`),
          )
        for (const secret of [...wire.secrets, ...other.secrets])
          expect(secret !== '' && said.join('\n').includes(secret)).toBe(false)
      } finally {
        await other.close()
      }
    })

    test('follows no link to another host', async () => {
      const { desk, feed, units } = await fruitful()
      wire.treat = () => 'foreign'
      const failures: unknown[] = []
      const fail = (error: unknown) => void failures.push(error)
      await made().plan(freshDesk(), never).catch(fail)
      const bent = units[0] ?? never0()
      const body: Json = JSON.parse(JSON.stringify(bent.body).replaceAll('127.0.0.1', '127.0.0.2'))
      for (const unit of [bent, { ...bent, body }])
        await fetchedToEnd(feed, unit, deskLike(desk), tenant).catch(fail)
      expect(wire.foreign).toEqual([])
      const codes = failures.map((error) => (error instanceof CodedError ? error.code : error))
      expect(codes.filter((code) => code !== 'HOST_NOT_TRUSTED')).toEqual([])
      expect(codes.length > 0).toBe(given.follows)
    })

    /** All bytes of few units, by what they are called; failed parts are tried again, as the collector does. */
    async function everything(
      feed: Feed,
      desk: MemoryDesk,
      onFailure = () => undefined as void,
    ): Promise<ReadonlyMap<string, string>> {
      await feed.plan(desk, never).catch(async () => {
        onFailure()
        await feed.plan(desk, never)
      })
      const pending = desk.units.slice(0, FEW)
      for (const unit of pending) {
        const next = await fetchedToEnd(feed, unit, desk, tenant).catch(async () => {
          onFailure()
          return fetchedToEnd(feed, unit, desk, tenant)
        })
        pending.push(...next)
      }
      return kept(desk)
    }
  })
}

/** Fetches a unit, and waits where it says so; what follows from it. */
async function fetchedToEnd(
  feed: Feed,
  unit: Unit,
  desk: MemoryDesk,
  tenant: EmulatedTenant,
): Promise<readonly Unit[]> {
  let asked = unit
  for (let times = 0; times < 50; times += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each waits for the one before
    const outcome = await feed.fetch(asked, desk, never)
    if (outcome.state === 'done') return outcome.next ?? []
    if (outcome.state !== 'wait') return []
    const waitMs = Math.max(LEAST_WAIT_MS, Date.parse(outcome.until) - desk.nowMs)
    tenant.world.clock.advanceTo(tenant.world.now() + waitMs)
    desk.nowMs += waitMs
    asked = copyOf({ ...asked, body: outcome.body ?? asked.body })
  }
  throw new Error(`the unit ${unit.key} waits for ever`)
}

/** Another desk over the same catalog. */
function deskLike(desk: MemoryDesk): MemoryDesk {
  const other = new MemoryDesk(desk.now().toISOString())
  other.known = desk.known
  for (const [key, value] of desk.states) other.states.set(key, value)
  return other
}

function copyOf(unit: Unit): Unit {
  const copy: Unit = JSON.parse(JSON.stringify(unit))
  return copy
}

function peopleIn({ world }: EmulatedTenant): Person[] {
  return world.people.slice(0, 12).map((person) => ({
    id: person.objectId,
    upn: person.upn,
    licensed: person.isLicensed,
    mailbox: person.hasMailbox,
    dataLocation: person.dataLocation,
  }))
}

const isInstant = (text: string | null): boolean => text === null || !Number.isNaN(Date.parse(text))

function never0(): never {
  throw new Error('nothing was planned')
}

/** What is to be archived: digests by name. Names hold when they were asked for; an answer of Graph names its query. */
function kept({ taken, references }: MemoryDesk): ReadonlyMap<string, string> {
  return new Map(
    [...taken, ...references].map(({ name, text }) => [
      name.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'T'),
      hash('sha256', text.replace(/"@odata\.context":"[^"]*"/, ''), 'hex'),
    ]),
  )
}
