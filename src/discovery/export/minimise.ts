import { hash } from 'node:crypto'
import type { Item } from '../../interactions/item.ts'
import type { Person } from '../../interactions/record.ts'
import type { Field } from './fields.ts'

/** What an export shall not tell. */
export interface Minimise {
  /** Persons become pseudonyms, and what leads to them is left out. */
  readonly users: boolean
  /** Times become days. */
  readonly dates: boolean
  /** The secret of the pseudonyms; '' where nobody becomes one. */
  readonly key: string
}

/** Values that the expressions of minimised columns need. */
export function minimiseParams({ users, key }: Minimise): Readonly<Record<string, string>> {
  return users ? { pseudonyms: key } : {}
}

/** Of a person's several names one stays, as a pseudonym: the others would only tell more. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['userIds', 'userNames'])
/** Ids that hold the time to the millisecond. */
const DATED_IDS: ReadonlySet<string> = new Set(['recordIds', 'nativeId', 'messages'])

/** Whether a field is left out because of what was asked not to be told; a field that was named stays. */
export function isLeftOut(
  { name, personal }: Field,
  { users, dates }: Pick<Minimise, 'users' | 'dates'>,
): boolean {
  if (dates && DATED_IDS.has(name)) return true
  return users && (personal === 'words' || personal === 'trace' || OTHER_NAMES.has(name))
}

/** The pseudonym of a person's name or id: the same in every export of this data folder, for nobody else to undo. */
export function pseudonymOf(value: string, key: string): string {
  return `person-${hash('sha256', `${key}:${value}`, 'hex').slice(0, PSEUDONYM_DIGITS)}`
}

const PSEUDONYM_DIGITS = 16

/** The same in SQL, for an expression of one text. */
export function pseudonymSql(text: string): string {
  return `concat('person-', lower(hex(substring(SHA256(concat({pseudonyms:String}, ':', ${text})), 1, ${PSEUDONYM_DIGITS / 2}))))`
}

/** An item of which only the chosen fields tell something, with persons and dates minimised. */
export function minimiseItem(
  item: Item,
  { users, dates, key }: Minimise,
  kept: ReadonlySet<string>,
): Item {
  if (!users && !dates) return item
  const shown = <T>(names: readonly string[], value: T, otherwise: T): T =>
    names.some((name) => kept.has(name)) ? value : otherwise
  const person = ({ upn, objectId, name }: Person): Person => ({
    upn: pseudonymOf(upn ?? objectId ?? name ?? '', key),
    objectId: null,
    name: null,
  })
  const at = (time: string): string => (dates ? startOfDay(time) : time)
  return {
    ...item,
    occurredAt: at(item.occurredAt),
    receivedAt: at(item.receivedAt),
    custodians: users ? item.custodians.map(person) : item.custodians,
    sessionId: shown(['session'], item.sessionId, null),
    requestIds: shown(['requestIds'], item.requestIds, []),
    conversationId: shown(['conversation'], item.conversationId, null),
    correlationIds: shown(['correlationIds'], item.correlationIds, []),
    clientIps: shown(['ips'], item.clientIps, []),
    contexts: shown(['contexts'], item.contexts, []),
    resources: shown(['resources', 'files', 'sites'], item.resources, []),
    recordIds: shown(['recordIds'], item.recordIds, []),
    findings: shown(['findingDetails'], item.findings, withoutWords(item.findings)),
    text: '',
    messages: item.messages.map((message, number) => ({
      ...message,
      id: shown(['messages'], message.id, String(number + 1)),
      at: message.at === null ? null : at(message.at),
      text: shown(
        ['messages', ...(message.role === null ? [] : [message.role])],
        message.text,
        null,
      ),
    })),
  }
}

function withoutWords(findings: Item['findings']): Item['findings'] {
  return findings.map((finding) => ({ ...finding, message: '' }))
}

function startOfDay(time: string): string {
  return `${time.slice(0, 10)}T00:00:00.000Z`
}
