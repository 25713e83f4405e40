// A tenant small enough to see through: three people, a handful of items, and faults that strike when told to.
import { Buffers } from '../buffers.ts'
import type { GraphDesk, GraphFault } from './desk.ts'
import { Graph, type Outward } from './graph.ts'
import type { StoredItem } from './mailbox-file.ts'
import type { AuditEvent, MailboxItem, PersonNow, TenantView } from './tenant-view.ts'
import { field } from './wire.ts'

export const NOON = Date.parse('2026-03-04T12:00:00Z')
export const MINUTE = 60_000

export const ADELE: PersonNow = person('adele', {})
export const WITHOUT_LICENCE: PersonNow = person('diego', { licensed: false, everLicensed: true })
export const WITHOUT_MAILBOX: PersonNow = person('lee', { mailbox: false })

function person(alias: string, other: Partial<PersonNow>): PersonNow {
  return {
    id: `00000000-0000-4000-8000-${Buffer.from(alias).toString('hex').padEnd(12, '0').slice(0, 12)}`,
    upn: `${alias}@contoso.com`,
    displayName: `${alias} Contoso`,
    enabled: true,
    licensed: true,
    licenceChangedAt: '2025-09-01T08:00:00Z',
    everLicensed: true,
    licenceEnding: false,
    mailbox: true,
    dataLocation: 'NAM',
    ...other,
  }
}

/** An item that lies alone, in memory. */
export function stored(text: string): StoredItem {
  const bytes = Buffer.from(`${text},`)
  return {
    store: {
      read: (into, at, offset, length) => void bytes.copy(into, at, offset, offset + length),
    },
    offset: 0,
    length: bytes.length - 1,
  }
}

/** An item of so many minutes before noon. */
export function item(minutesAgo: number, other: Partial<MailboxItem> = {}): MailboxItem {
  const createdMs = NOON - minutesAgo * MINUTE
  return {
    id: String(createdMs),
    version: 1,
    createdMs,
    availableMs: createdMs,
    replacedMs: Infinity,
    deletedMs: Infinity,
    isPrompt: false,
    appClass: 'ipm.skypeteams.message.copilot.word',
    folder: 'TeamsMessagesData',
    fault: null,
    lies: stored(JSON.stringify({ id: String(createdMs), etag: String(createdMs) })),
    ...other,
  }
}

export function auditEvent(minutesAgo: number, n: number): AuditEvent {
  const occurredMs = NOON - minutesAgo * MINUTE
  const record = {
    CreationTime: new Date(occurredMs).toISOString().slice(0, 19),
    Id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    Operation: 'CopilotInteraction',
    OrganizationId: '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14',
    RecordType: 261,
    UserKey: ADELE.id,
    UserType: 0,
    Workload: 'Copilot',
    ClientIP: '',
    UserId: ADELE.upn,
    CopilotEventData: { AppHost: 'Word' },
  }
  const operation = 'CopilotInteraction'
  return {
    occurredMs,
    availableMs: occurredMs,
    operation,
    bytes: () => Buffer.from(JSON.stringify(record)),
  }
}

export interface SmallTenant {
  readonly graph: Graph
  /** Moves the clock. */
  pass(ms: number): void
  get(path: string, roles?: readonly string[]): Promise<Asked>
  ask(method: string, path: string, body: unknown, roles?: readonly string[]): Promise<Asked>
}

export interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly json: unknown
  /** Of a page. */
  readonly value: readonly unknown[]
  /** The way to the next page, as a path of this tenant. */
  readonly next: string | null
}

const EVERY_ROLE = [
  'AiEnterpriseInteraction.Read.All',
  'AuditLogsQuery.Read.All',
  'CopilotPackages.Read.All',
  'Reports.Read.All',
  'User.Read.All',
  'LicenseAssignment.Read.All',
  'Sites.Read.All',
  'OnlineMeetings.Read.All',
  'Chat.ReadBasic.All',
]
const ROOT = 'http://127.0.0.1:1/graph.microsoft.com/v1.0'

export function smallTenant(given: {
  readonly mailbox?: readonly MailboxItem[]
  readonly audit?: readonly AuditEvent[]
  /** Faults that strike the first time they can, for each thing. */
  readonly faults?: readonly GraphFault[]
  readonly outward?: Partial<Outward>
}): SmallTenant {
  let now = NOON
  let guids = 0
  const people = [ADELE, WITHOUT_LICENCE, WITHOUT_MAILBOX]
  const mailbox = (given.mailbox ?? []).toSorted((a, b) => b.createdMs - a.createdMs)
  const view: TenantView = {
    tenantId: '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14',
    now: () => new Date(now),
    people: () => people,
    person: (key) => people.find(({ id, upn }) => [id, upn].includes(key.toLowerCase())) ?? null,
    mailbox: (id) => (id === ADELE.id ? mailbox : []),
    arrived: (from, to) =>
      mailbox
        .filter(({ availableMs }) => availableMs > from && availableMs <= to)
        .map((one) => ({ personId: ADELE.id, item: one })),
    removed: (from, to) =>
      mailbox
        .filter(({ deletedMs }) => deletedMs > from && deletedMs <= to)
        .map((one) => ({ personId: ADELE.id, item: one })),
    audit: (from, to) =>
      (given.audit ?? []).filter(({ occurredMs }) => occurredMs >= from && occurredMs < to),
    telemetry: () => [],
    packages: () => [
      {
        id: 'T_0c1d2e3f-0000-4000-8000-000000000001',
        displayName: 'Contoso HR Agent',
        type: 'custom',
        publisher: 'Contoso',
        appId: '0c1d2e3f-0000-4000-8000-000000000002',
        modifiedAt: '2026-01-06T00:07:20.1467852Z',
      },
    ],
  }
  const struck = new Set<string>()
  const desk: GraphDesk = {
    view,
    buffers: new Buffers(),
    strikes: (fault, key) => {
      if (given.faults?.includes(fault) !== true || struck.has(`${fault} ${key}`)) return false
      struck.add(`${fault} ${key}`)
      return true
    },
    newGuid: () => `00000000-0000-4000-9000-${String(guids++).padStart(12, '0')}`,
    retryAfterSeconds: () => 7,
    served: () => {},
    licenceIsGone: () => {},
    seen: () => {},
    deleted: () => {},
  }
  const outward: Outward = {
    handshake: async () => true,
    post: async () => true,
    sign: async (application) => `token for ${application}`,
    ...given.outward,
  }
  const graph = new Graph(desk, outward)
  const ask = async (
    method: string,
    path: string,
    body: unknown,
    roles: readonly string[] = EVERY_ROLE,
  ): Promise<Asked> => {
    const url = new URL(`${ROOT}${path.replace(/^\/beta/, '')}`)
    const answer = await graph.answer(
      {
        method,
        version: path.startsWith('/beta') ? 'beta' : 'v1.0',
        path: url.pathname.split('/').slice(3).filter(Boolean).map(decodeURIComponent),
        query: url.searchParams,
        body,
        root: ROOT,
        roles: new Set(roles),
      },
      '2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21',
    )
    const text = Buffer.from(answer.body ?? '').toString()
    const json: unknown = text.startsWith('{') ? JSON.parse(text) : null
    const value = field(json, 'value')
    const next = field(json, '@odata.nextLink')
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json,
      value: Array.isArray(value) ? value : [],
      next: typeof next === 'string' ? next.replace(ROOT, '') : null,
    }
  }
  return {
    graph,
    pass: (ms) => {
      now += ms
    },
    get: async (path, roles) => ask('GET', path, null, roles),
    ask,
  }
}

/** Every page behind a path. */
export async function pages(tenant: SmallTenant, path: string): Promise<readonly Asked[]> {
  const found: Asked[] = []
  for (let at: string | null = path; at !== null;) {
    // oxlint-disable-next-line no-await-in-loop -- a page names the next one
    const page = await tenant.get(at)
    found.push(page)
    at = page.next
  }
  return found
}
