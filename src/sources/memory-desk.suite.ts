import { buffer } from 'node:stream/consumers'
import type { CloudClient, CloudRequest } from '../platform/http/cloud-client.ts'
import { refusalOf } from '../platform/http/cloud-error.ts'
import type { Body, Feed, FetchDesk, Json, Listing, Notice, Person, Place, Unit } from './feed.ts'

// What tests of feeds give them: a desk and a client that live in memory.

export interface TakenBody extends Omit<Body, 'bytes'> {
  readonly text: string
}

export class MemoryDesk implements FetchDesk {
  readonly tenantId = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
  readonly lookBackMs = 6 * 86_400_000
  readonly units: Unit[] = []
  readonly taken: TakenBody[] = []
  readonly references: {
    readonly name: string
    readonly reference: string
    readonly text: string
  }[] = []
  readonly notices = new Map<string, Notice>()
  /** As the catalog keeps them: JSON. */
  readonly states = new Map<string, string>()
  active: { readonly user: string; readonly lastAt: string }[] = []
  known: Person[] = []
  named: Place[] = []
  readonly askedAt = new Map<string, string>()
  nowMs: number

  constructor(now: string) {
    this.nowMs = Date.parse(now)
  }

  now(): Date {
    return new Date(this.nowMs)
  }
  sleep(ms: number): Promise<void> {
    this.nowMs += ms
    return Promise.resolve()
  }
  // As the catalog does: what comes back is a copy.
  state(key: string): Json {
    const value: Json = JSON.parse(this.states.get(key) ?? 'null')
    return value
  }
  saveState(key: string, value: Json): void {
    this.states.set(key, JSON.stringify(value))
  }
  announce({ units }: Listing): { readonly added: number; readonly known: number } {
    const fresh = units.filter(({ key }) => !this.units.some((unit) => unit.key === key))
    this.units.push(...fresh)
    return { added: fresh.length, known: units.length - fresh.length }
  }
  activePeople(): readonly { readonly user: string; readonly lastAt: string }[] {
    return this.active
  }
  people(): readonly Person[] {
    return this.known
  }
  places(kind: Place['kind'], { limit }: { readonly limit: number }): readonly Place[] {
    return this.named.filter((place) => place.kind === kind).slice(0, limit)
  }
  placesAsked(places: readonly Place[], at: string): void {
    const asked = new Set(places.map(({ kind, key }) => `${kind} ${key}`))
    this.named = this.named.filter(({ kind, key }) => !asked.has(`${kind} ${key}`))
    for (const { kind, key } of places) this.askedAt.set(`${kind} ${key}`, at)
  }
  notice(notice: Notice): void {
    this.notices.set(`${notice.code} ${notice.subject}`, notice)
  }
  clearNotice(code: string, subject: string): void {
    this.notices.delete(`${code} ${subject}`)
  }
  async take({ bytes, ...body }: Body) {
    const text = (await buffer(bytes)).toString('utf8')
    this.taken.push({ ...body, text })
    return { records: 1, bytes: text.length, faults: [] }
  }
  takeReference({ name, reference, bytes }: Parameters<FetchDesk['takeReference']>[0]) {
    this.references.push({ name, reference, text: Buffer.from(bytes).toString('utf8') })
    return Promise.resolve()
  }
}

export interface Answered {
  readonly status?: number
  readonly body: string | object
}

/** A client whose answers a function gives; `asked` keeps what was sent. Statuses become errors as they do on the wire. */
export function memoryClient(
  answer: (request: CloudRequest & { readonly path: string }) => Answered | Promise<Answered>,
  roles: readonly string[] = [],
) {
  const asked: (CloudRequest & { readonly path: string })[] = []
  const client: CloudClient = {
    async send(request) {
      const url = new URL(String(request.url), 'https://graph.microsoft.com')
      const full = { ...request, path: decodeURIComponent(url.pathname + url.search) }
      asked.push(full)
      const { status = 200, body } = await answer(full)
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      if (status >= 300 && request.accept?.includes(status) !== true)
        throw refusalOf(status, bytes.toString('utf8'), url.pathname)
      return {
        status,
        header: () => null,
        bytes: async function* () {
          yield bytes
        },
        buffer: async () => bytes,
        json: async () => JSON.parse(bytes.toString('utf8')),
        discard: async () => undefined,
      }
    },
    roles: async () => roles,
    root: (audience) =>
      audience === 'graph' ? 'https://graph.microsoft.com' : 'https://api.applicationinsights.io',
    trusts: () => true,
    usage: () => [],
  }
  return { client, asked }
}

/** Plans, then fetches until nothing is left; what each unit came to. */
export async function runFeed(feed: Feed, desk: MemoryDesk): Promise<Map<string, string>> {
  const { signal } = new AbortController()
  await feed.plan(desk, signal)
  const ended = new Map<string, string>()
  for (let unit = desk.units.shift(); unit !== undefined; unit = desk.units.shift()) {
    // oxlint-disable-next-line no-await-in-loop -- what follows from one is only known behind it
    const outcome = await feed.fetch(unit, desk, signal)
    ended.set(unit.key, 'code' in outcome ? outcome.code : outcome.state)
    if (outcome.state === 'done') desk.units.push(...(outcome.next ?? []))
  }
  return ended
}
