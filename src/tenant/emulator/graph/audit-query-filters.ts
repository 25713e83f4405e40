// What an audit query asks for, and which records it finds.
import { recordTypeName } from './audit-record.ts'
import type { AuditEvent } from './tenant-view.ts'
import { field, GraphRefusal, textField, type GraphRequest } from './wire.ts'

/** Half-open by when it happened; an empty list, or '', asks for everything. */
export interface Asked {
  readonly displayName: string
  readonly fromMs: number
  readonly toMs: number
  /** In lower case, like all that follow. */
  readonly operations: readonly string[]
  readonly recordTypes: readonly string[]
  readonly services: readonly string[]
  readonly users: readonly string[]
  readonly addresses: readonly string[]
  readonly objects: readonly string[]
  readonly keyword: string
  /** The filters as the query shows them: as they were given. */
  readonly shown: Readonly<Record<string, unknown>>
}

/** Throws the refusal that Graph answers to a query that it cannot run. */
export function readAsked(request: GraphRequest): Asked {
  const { body } = request
  const fromMs = Date.parse(textField(body, 'filterStartDateTime'))
  const toMs = Date.parse(textField(body, 'filterEndDateTime'))
  if (!(fromMs < toMs))
    throw new GraphRefusal(
      400,
      'BadRequest',
      'filterStartDateTime must be earlier than filterEndDateTime.',
    )
  const recordTypes = names(body, 'recordTypeFilters')
  // The list of v1.0 does not know it, though the records are there.
  if (request.version === 'v1.0' && recordTypes.includes('copilotinteraction'))
    throw new GraphRefusal(400, 'BadRequest', "Requested value 'copilotInteraction' was not found.")
  const given = (name: string): unknown => field(body, name) ?? []
  return {
    displayName: textField(body, 'displayName'),
    fromMs,
    toMs,
    operations: names(body, 'operationFilters'),
    recordTypes,
    // One page of the documentation has one service, another a list of them.
    services: [...names(body, 'serviceFilters'), ...names(body, 'serviceFilter')],
    users: names(body, 'userPrincipalNameFilters'),
    addresses: names(body, 'ipAddressFilters'),
    objects: names(body, 'objectIdFilters'),
    keyword: textField(body, 'keywordFilter').toLowerCase(),
    shown: {
      recordTypeFilters: given('recordTypeFilters'),
      keywordFilter: field(body, 'keywordFilter') ?? null,
      serviceFilter: field(body, 'serviceFilter') ?? null,
      operationFilters: given('operationFilters'),
      userPrincipalNameFilters: given('userPrincipalNameFilters'),
      ipAddressFilters: given('ipAddressFilters'),
      objectIdFilters: given('objectIdFilters'),
      administrativeUnitIdFilters: given('administrativeUnitIdFilters'),
    },
  }
}

export function matches(event: AuditEvent, asked: Asked): boolean {
  const { operations, recordTypes, services, users, addresses, objects, keyword } = asked
  if (operations.length > 0 && !operations.includes(event.operation.toLowerCase())) return false
  const others = [recordTypes, services, users, addresses, objects]
  if (keyword === '' && others.every((list) => list.length === 0)) return true
  const text = Buffer.from(event.bytes()).toString()
  const type = Number(/"RecordType":\s*"?(\d+)/.exec(text)?.[1])
  return (
    isAmong(recordTypes, recordTypeName(type)) &&
    isAmong(services, member(text, 'Workload')) &&
    isAmong(users, member(text, 'UserId')) &&
    isAmong(addresses, member(text, 'ClientIP')) &&
    isAmong(objects, member(text, 'ObjectId')) &&
    text.toLowerCase().includes(keyword)
  )
}

const isAmong = (wanted: readonly string[], value: string): boolean =>
  wanted.length === 0 || wanted.includes(value.trim().toLowerCase())

const member = (text: string, name: string): string =>
  new RegExp(`"${name}":\\s*"([^"]*)"`).exec(text)?.[1] ?? ''

/** A list, or one word; in lower case. */
function names(body: unknown, name: string): readonly string[] {
  const value = field(body, name)
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.flatMap((one) => (typeof one === 'string' && one !== '' ? [one.toLowerCase()] : []))
}
