// security/auditLog/queries: a search that takes its time, may be cut off though it succeeded, and may read unequally.
import { numberFrom } from './derived.ts'
import type { GraphDesk } from './desk.ts'
import { matches, readAsked, type Asked } from './audit-query-filters.ts'
import { wrapAuditRecord } from './audit-record.ts'
import { nextLink, pageOfBytes, readTop, skipToken, skipTokenBroken } from './paging.ts'
import type { AuditEvent } from './tenant-view.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const CONCURRENT = 10
const REMEMBERED = 8
/** Results are kept that long. */
const KEPT = 30 * DAY
const RECORD_LIMIT = 1_000_000
const REACH = 180 * DAY
const USUAL_TOP = 100
const MOST_TOP = 1000
/** With this one alone, queries run and find nothing. */
const BLIND_ROLE = 'AuditLog.Read.All'

interface AuditQuery {
  readonly id: string
  readonly asked: Asked
  readonly createdMs: number
  readonly startsMs: number
  readonly endsMs: number
  readonly blind: boolean
  readonly truncated: boolean
  /** How it ends; a collector has to ask anew for what failed. */
  readonly end: 'succeeded' | 'failed' | 'cancelled'
  /** Found when first asked for after the end, and the same whenever it has to be found again. */
  found: readonly AuditEvent[] | null
  /** How many were found; null before the end. */
  count: number | null
  reads: number
}

export class AuditQueries {
  private readonly queries = new Map<string, AuditQuery>()
  private readonly remembered: AuditQuery[] = []
  private readonly desk: GraphDesk

  constructor(desk: GraphDesk) {
    this.desk = desk
  }

  create(request: GraphRequest): GraphAnswer {
    demandAny(request)
    const asked = readAsked(request)
    const now = this.now()
    for (const { id, endsMs } of this.queries.values())
      if (endsMs + KEPT < now) this.queries.delete(id)
    const active = [...this.queries.values()].filter((query) => query.endsMs > now).length
    if (active >= CONCURRENT)
      throw new GraphRefusal(429, 'TooManyRequests', 'Too many searches are running.', {
        'retry-after': '60',
      })
    const id = this.desk.newGuid()
    const key = `${asked.fromMs} ${asked.toMs} ${asked.operations.join()}`
    const startsMs = now + 20_000 + numberFrom(`starts ${id}`, 3 * MINUTE)
    // Most take minutes; one in eight, hours.
    const long = numberFrom(`long ${id}`, 8) === 0
    const endsMs = startsMs + 6 * MINUTE + numberFrom(`ends ${id}`, (long ? 190 : 15) * MINUTE)
    const query: AuditQuery = {
      id,
      asked,
      createdMs: now,
      startsMs,
      endsMs,
      blind: isBlind(request),
      // An hour is never cut off: whoever halves gets to the end of it.
      truncated: asked.toMs - asked.fromMs > HOUR && this.desk.strikes('query-truncated', key),
      end: this.desk.strikes('server-errors', `query ${key}`)
        ? numberFrom(`end ${id}`, 2) === 0
          ? 'failed'
          : 'cancelled'
        : 'succeeded',
      found: null,
      count: null,
      reads: 0,
    }
    this.queries.set(id, query)
    const answer = jsonAnswer(201, { ...contextOf(request), ...this.shown(query) })
    return {
      ...answer,
      headers: { ...answer.headers, location: `${request.root}/security/auditLog/queries/${id}` },
    }
  }

  list(request: GraphRequest): GraphAnswer {
    demandAny(request)
    return jsonAnswer(200, { value: [...this.queries.values()].map((query) => this.shown(query)) })
  }

  one(request: GraphRequest, id: string): GraphAnswer {
    demandAny(request)
    return jsonAnswer(200, { ...contextOf(request), ...this.shown(this.find(id)) })
  }

  records(request: GraphRequest, id: string): GraphAnswer {
    demandAny(request)
    const query = this.find(id)
    if (this.status(query) !== 'succeeded')
      throw new GraphRefusal(400, 'BadRequest', 'The audit log query has not succeeded yet.')
    const top = readTop(request, USUAL_TOP, MOST_TOP)
    const place = this.placeOf(request, query)
    const all = unequal(this.foundBy(query), place)
    const page = all.slice(place.skip, place.skip + top)
    const more = place.skip + top < all.length
    const following = { ...place, skip: place.skip + top }
    const again =
      more && place.skip > 0 && this.desk.strikes('page-loops', `query ${query.id} ${place.skip}`)
    this.desk.served('graph audit-query', page.length)
    const head = {
      '@odata.context': `${request.root}/$metadata#security/auditLog/queries('${id}')/records`,
      ...(more ? { '@odata.nextLink': nextLink(request, tokenOf(again ? place : following)) } : {}),
    }
    const wrapped = page.map((event) => Buffer.from(wrapAuditRecord(event.bytes(), place.unequal)))
    return pageOfBytes(head, wrapped)
  }

  private now(): number {
    return this.desk.view.now().getTime()
  }

  private find(id: string): AuditQuery {
    const query = this.queries.get(id)
    if (query !== undefined) return query
    throw new GraphRefusal(404, 'NotFound', 'The audit log query was not found.')
  }

  private status({
    startsMs,
    endsMs,
    end,
  }: AuditQuery): 'notStarted' | 'running' | AuditQuery['end'] {
    const now = this.now()
    return now < startsMs ? 'notStarted' : now < endsMs ? 'running' : end
  }

  /** A read begins at the first page; the token carries which read it is. */
  private placeOf(request: GraphRequest, query: AuditQuery): Place {
    const token = skipToken(request)
    if (token === null) {
      query.reads++
      const strikes = this.desk.strikes('query-unstable', `query ${query.id}`)
      return { read: query.reads, unequal: strikes, skip: 0 }
    }
    const [, read, kind, skip] = /^Read=(\d{1,6});(Plain|Other);Skip=(\d{1,9})$/.exec(token) ?? []
    if (skip === undefined) throw skipTokenBroken()
    return { read: Number(read), unequal: kind === 'Other', skip: Number(skip) }
  }

  private foundBy(query: AuditQuery): readonly AuditEvent[] {
    if (query.found !== null) return query.found
    const { asked, endsMs } = query
    const found: AuditEvent[] = []
    if (!query.blind)
      for (const event of this.desk.view.audit(Math.max(asked.fromMs, endsMs - REACH), asked.toMs))
        if (event.availableMs <= endsMs && matches(event, asked)) found.push(event)
    query.found = query.truncated ? found.slice(0, Math.ceil(found.length * 0.6)) : found
    this.remember(query)
    return query.found
  }

  /** What was found is kept for the last few that were read; each is found again when it is wanted. */
  private remember(query: AuditQuery): void {
    this.remembered.push(query)
    const forgotten = this.remembered.length > REMEMBERED ? this.remembered.shift() : undefined
    if (forgotten !== undefined && forgotten !== query) forgotten.found = null
  }

  private shown(query: AuditQuery) {
    const { asked } = query
    const status = this.status(query)
    if (status === 'succeeded') query.count ??= this.foundBy(query).length
    const records = query.count ?? 0
    return {
      id: query.id,
      displayName: asked.displayName,
      filterStartDateTime: new Date(asked.fromMs).toISOString(),
      filterEndDateTime: new Date(asked.toMs).toISOString(),
      ...asked.shown,
      status,
      approximateReturnedRecordCount: records,
      isRecordCountLimitExceeded: status === 'succeeded' && query.truncated,
      recordCountLimit: RECORD_LIMIT,
    }
  }
}

interface Place {
  readonly read: number
  readonly unequal: boolean
  readonly skip: number
}

const tokenOf = ({ read, unequal: other, skip }: Place): string =>
  `Read=${read};${other ? 'Other' : 'Plain'};Skip=${skip}`

/** An unequal read lacks one record in sixteen, others each time, and comes in another order. */
function unequal(found: readonly AuditEvent[], place: Place): readonly AuditEvent[] {
  if (!place.unequal) return found
  return found.filter((_, n) => n % 16 !== place.read % 16).toReversed()
}

const SPECIAL =
  /^AuditLogsQuery(-Entra|-Exchange|-OneDrive|-SharePoint|-Endpoint|-CRM)?\.Read\.All$/

/** Copilot's records are among those of Entra. */
function isBlind(request: GraphRequest): boolean {
  return (
    !request.roles.has('AuditLogsQuery.Read.All') &&
    !request.roles.has('AuditLogsQuery-Entra.Read.All')
  )
}

function demandAny(request: GraphRequest): void {
  const held = [...request.roles].filter((role) => SPECIAL.test(role))
  demandRole(request, BLIND_ROLE, ...held)
}

const contextOf = (request: GraphRequest) => ({
  '@odata.context': `${request.root}/$metadata#security/auditLog/queries/$entity`,
})
