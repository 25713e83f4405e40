import { auditFacts } from '../audit-facts.ts'
import { flag, listOf, word } from '../fields.ts'
import type { Fields } from '../fields.ts'
import { cellsOfRow } from '../pax/columns.ts'
import type { Cells } from '../pax/columns.ts'
import type { Facts, Intake, ReadContext } from '../record.ts'
import { searchableText } from '../searchable-text.ts'
import { unmappedIntake } from '../unmapped.ts'
import { notAiActivity } from './not-ai.ts'

/**
 * What one record of Activity Explorer says. It is made from an audit record and named by its id, with fields of its own:
 * a projection in a namespace of its own.
 */
export function explorerIntake(raw: string, context: ReadContext): Intake {
  const cells = cellsOfRow(raw, context)
  if (cells === null) return unmappedIntake(raw, context, 'not a JSON object')
  const text = (...names: readonly string[]) => firstWord(cells, names)
  const activity = text('activityid', 'activity') ?? ''
  if (activity === '' && !cells.has('recordidentity')) {
    return unmappedIntake(raw, context, 'no field of Activity Explorer')
  }
  const facts = factsOf(cells, activity, context)
  return { facts, notAi: notAiActivity(cells, activity, facts.workload) }
}

function factsOf(cells: Cells, activity: string, context: ReadContext): Facts {
  const text = (...names: readonly string[]) => firstWord(cells, names)
  const event = eventIn(cells)
  const thread = text('enrichedcopilotthreadorcorrelationid')
  if (event['ThreadId'] === undefined && isThread(thread)) event['ThreadId'] = thread
  const record: Fields = {
    Id: text('recordidentity', 'id'),
    CreationTime: text('happened', 'creationtime', 'timestamp'),
    Operation: activity,
    RecordType: isInteraction(activity) ? 'CopilotInteraction' : text('recordtype'),
    UserId: text('user', 'userid', 'userprincipalname'),
    UserKey: text('userkey', 'userobjectid'),
    UserType: text('usertype'),
    Workload: text('workload'),
    OrganizationId: text('organizationid', 'tenantid'),
    ClientIP: text('clientip', 'ipaddress'),
    AppIdentity: text('appidentity', 'purviewaiappname'),
    AgentId: text('agentid'),
    AgentName: text('agentname'),
    ...(Object.keys(event).length === 0 ? {} : { CopilotEventData: event }),
  }
  const facts = auditFacts(record, context.format, null)
  const hasMessages = facts.kind === 'interaction'
  const of = facts.nativeId
  return {
    ...facts,
    namespace: 'explorer',
    unmapped: null,
    ...(of === null ? {} : { projection: { of } }),
    correlationId: facts.correlationId ?? (isThread(thread) ? null : thread),
    setting: facts.contexts.length === 0 ? null : facts.setting,
    web: facts.web ?? flag(cells.get('haswebsearchquery')),
    labels: labelsOf(facts, cells),
    text: hasMessages ? '' : searchableText(Object.fromEntries(cells)),
  }
}

/** Copilot's event data with what Activity Explorer keeps beside it. */
function eventIn(cells: Cells): Fields {
  const event: Fields = {}
  for (const [key, name] of EVENT_FIELDS) {
    const value = parsed(cells.get(key))
    if (value !== undefined) event[name] = value
  }
  const nested = parsed(cells.get('copiloteventdata'))
  if (typeof nested === 'object' && nested !== null && !Array.isArray(nested)) {
    Object.assign(event, nested)
  }
  if (event['AppHost'] === undefined) {
    const location = word(cells.get('purviewaiapplocation'))
    if (location !== null) event['AppHost'] = location
  }
  if (listOf(event['Messages']).length === 0) {
    const ids = parsed(cells.get('enrichedllmmessageids'))
    if (ids !== undefined) event['MessageIds'] = typeof ids === 'string' ? ids.split(/[;,]/) : ids
  }
  return event
}

const EVENT_FIELDS: readonly (readonly [string, string])[] = [
  ['accessedresources', 'AccessedResources'],
  ['messages', 'Messages'],
  ['contexts', 'Contexts'],
  ['targetagentname', 'TargetAgentName'],
]

function labelsOf(facts: Facts, cells: Cells): readonly string[] {
  const labels = new Set(facts.labels)
  const named = parsed(
    cells.get('sensitivitylabelidsreferenced') ?? cells.get('sensitivitylabelid'),
  )
  for (const entry of typeof named === 'string' ? named.split(/[;,]/) : listOf(named)) {
    const label = word(entry)
    if (label !== null && labels.size < 1_000) labels.add(label.toLowerCase())
  }
  return [...labels]
}

/** A value of a CSV is JSON where that of the JSON export is an object or a list. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    const inside: unknown = JSON.parse(value)
    return inside
  } catch {
    return value
  }
}

function firstWord(cells: Cells, names: readonly string[]): string | null {
  for (const name of names) {
    const value = word(cells.get(name))
    if (value !== null) return value
  }
  return null
}

/** One field holds the id of a conversation or of a correlation. */
function isThread(id: string | null): boolean {
  return id !== null && id.startsWith('19:')
}

function isInteraction(activity: string): boolean {
  return activity.replaceAll(' ', '').toLowerCase() === 'copilotinteraction'
}
