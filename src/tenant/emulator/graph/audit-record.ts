// A record of the audit log as the audit log query API wraps it: the Management API's record lies in `auditData`.
import { recordTypeOf } from '../../../interactions/record-types.ts'
import { guidFrom, numberFrom } from './derived.ts'

const USER_TYPES = [
  'regular',
  'reserved',
  'admin',
  'dcAdmin',
  'system',
  'application',
  'servicePrincipal',
  'customPolicy',
  'systemPolicy',
  'partnerTechnician',
  'guest',
]

/** `reversed`: the same record with its fields and lists in another order, as a second read of a query may serve it. */
export function wrapAuditRecord(bytes: Uint8Array, reversed: boolean): string {
  const served = Buffer.from(bytes).toString()
  const record = parse(served)
  const text = (name: string): string | null => {
    const value = record[name]
    return typeof value === 'string' ? value : null
  }
  const created = withZone(text('CreationTime') ?? '')
  const id = text('Id') ?? guidFrom(served)
  const data = reversed
    ? JSON.stringify(reversedData(record, created))
    : auditData(served, text('CreationTime') ?? '', created)
  // One in sixteen comes as JSON in a string, always the same ones.
  const isText = numberFrom(`text ${id}`, 16) === 0
  const fields: readonly (readonly [string, unknown])[] = [
    ['id', id],
    ['createdDateTime', created],
    ['auditLogRecordType', recordTypeName(record['RecordType'])],
    ['operation', text('Operation')],
    ['organizationId', text('OrganizationId')],
    ['userType', userTypeName(record['UserType'])],
    ['userId', text('UserKey') ?? text('UserId')],
    ['service', text('Workload')],
    ['objectId', text('ObjectId')],
    ['userPrincipalName', text('UserId')],
    ['clientIp', text('ClientIP')],
    ['administrativeUnits', ['']],
  ]
  const outer = JSON.stringify(Object.fromEntries(reversed ? fields.toReversed() : fields))
  const inner = `"auditData":${isText ? JSON.stringify(data) : data}`
  return reversed ? `{${inner},${outer.slice(1)}` : `${outer.slice(0, -1)},${inner}}`
}

const TYPE = '"@odata.type":"#microsoft.graph.security.defaultAuditData"'

/** The text that the Management API serves, with OData's mark and a zone put in. */
function auditData(served: string, time: string, created: string): string {
  const marked = served.startsWith('{"@odata.type"') ? served : `{${TYPE},${served.slice(1)}`
  return marked.replace(`"CreationTime":"${time}"`, () => `"CreationTime":"${created}"`)
}

/** As the documentation spells it in filters: `copilotInteraction`. */
export function recordTypeName(served: unknown): string {
  const { name } = recordTypeOf(served)
  if (name === '' || /^\d/.test(name)) return 'unknownFutureValue'
  // AIAppInteraction becomes aiAppInteraction.
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase())
}

function reversedData(record: Fields, created: string): Fields {
  const entries = Object.entries({
    '@odata.type': '#microsoft.graph.security.defaultAuditData',
    ...record,
    CreationTime: created,
  })
  // Lists come in another order too.
  return Object.fromEntries(
    entries.toReversed().map(([name, value]) => [name, isFields(value) ? turned(value) : value]),
  )
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const turned = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.toReversed() : value,
    ]),
  )

type Fields = Readonly<Record<string, unknown>>

function parse(text: string): Fields {
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

const withZone = (time: string): string => (/Z\s*$/.test(time) ? time : `${time}Z`)

const userTypeName = (number: unknown): string =>
  (typeof number === 'number' ? USER_TYPES[number] : undefined) ?? 'regular'
