import { parseObject } from '../platform/json-object.ts'
import { parsedRecord } from './fields.ts'
import type { Facts } from './record.ts'
import { signsInWithMicrosoft } from './sign-in.ts'

/** What a record gives away of something that leaves no record of its own where it would have to be missed. */
export interface Sign {
  readonly code: 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION' | 'CHANNEL_NOT_LOGGED' | 'AUDITING_OFF'
  readonly says: 'present' | 'excluded'
  /** Id of the agent; '' when the record names none, or when it speaks of the whole tenant. */
  readonly subject: string
  /** When that became so. */
  readonly at: string
}

/** Channels of an agent whose exchanges Microsoft 365 audits, and those that nobody but its maker sees. */
const LOGGED_CHANNELS = new Set([
  'msteams',
  'teams',
  'm365copilot',
  'm365extensions',
  'sharepoint',
  'pva-studio',
  'pvastudio',
  'pva-autonomous',
])
const MAX_DEPTH = 6
const MAX_VALUES = 2_000

/** Signs of blind spots in one record. Few records have any; the others cost a comparison or two. */
export function signsOf(facts: Facts, raw: string): Sign[] {
  const { namespace, operation, occurredAt, agent } = facts
  if (occurredAt === null) return []
  const at = occurredAt
  if (namespace === 'telemetry' || namespace === 'transcript') {
    const channel = facts.servedSurface?.toLowerCase() ?? ''
    if (channel === '' || LOGGED_CHANNELS.has(channel)) return []
    if (facts.marks?.includes('test-traffic') === true) return []
    return [{ code: 'CHANNEL_NOT_LOGGED', says: 'present', subject: agent?.id ?? '', at }]
  }
  if (namespace !== 'audit') return []
  if (operation === 'Set-AdminAuditLogConfig') return auditingSign(raw, at)
  if (facts.kind !== 'agent-admin' || !operation.startsWith('Bot')) return []
  const told = valuesOf(raw, ['authenticationmode', 'botid'])
  const isMicrosofts = signsInWithMicrosoft(told.get('authenticationmode') ?? null)
  if (isMicrosofts === null) return []
  const says = isMicrosofts ? 'excluded' : 'present'
  const subject = (agent?.id ?? told.get('botid') ?? '').slice(0, 200)
  return [{ code: 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION', says, subject, at }]
}

function auditingSign(raw: string, at: string): Sign[] {
  const value = valuesOf(raw, ['unifiedauditlogingestionenabled']).get(
    'unifiedauditlogingestionenabled',
  )
  const isOn = (value ?? '').toLowerCase()
  if (isOn !== 'true' && isOn !== 'false') return []
  return [{ code: 'AUDITING_OFF', says: isOn === 'true' ? 'excluded' : 'present', subject: '', at }]
}

/**
 * Values by name, however a record holds them: as a member, as a pair of name and value in a list, or in JSON text inside.
 * The last of a name counts: lists of changes give the old value before the new one.
 */
function valuesOf(raw: string, names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  let seen = 0
  const note = (name: string, value: unknown): void => {
    const wanted = names.find((each) => lastPart(name) === each)
    if (wanted === undefined) return
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      found.set(wanted, String(value))
  }
  const visit = (value: unknown, depth: number): void => {
    seen += 1
    if (depth > MAX_DEPTH || seen > MAX_VALUES) return
    if (typeof value === 'string') {
      if (value.startsWith('{') || value.startsWith('[')) visit(parsed(value), depth + 1)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const members = Object.entries(value)
    const of = (...keys: string[]): unknown =>
      members.find(([key]) => keys.includes(key.toLowerCase()))?.[1]
    const name = of('name', 'propertyname', 'key')
    if (typeof name === 'string') note(name, of('newvalue') ?? of('value'))
    for (const [key, inner] of members) {
      note(key, inner)
      visit(inner, depth + 1)
    }
  }
  visit(parsedRecord(raw), 0)
  return found
}

function parsed(text: string): unknown {
  const whole = text.startsWith('[') ? `{"list":${text}}` : text
  return parseObject(whole) ?? null
}

/** `powerplatform.analytics.resource.bot.id` is a `botid`. */
function lastPart(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9.]/g, '')
  return plain.endsWith('bot.id') ? 'botid' : plain.slice(plain.lastIndexOf('.') + 1)
}
