import { isFields } from '../fields.ts'
import type { Fields } from '../fields.ts'
import type { Cells } from './columns.ts'

/** Fields of an audit record and the columns that scripts make of them, in order of preference. */
const FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['Id', ['recordid', 'id', 'identity', 'eventid']],
  [
    'CreationTime',
    ['creationtime', 'creationdate', 'timegenerated', 'createddatetime', 'eventdate'],
  ],
  ['RecordType', ['recordtype', 'recordtypenum', 'auditlogrecordtype']],
  ['Operation', ['operation', 'operations']],
  ['UserId', ['userid', 'userids', 'userprincipalname', 'actorname', 'audituserid']],
  ['UserKey', ['userkey', 'audituserid', 'actoruserid']],
  ['UserType', ['usertype', 'actorusertype']],
  ['Workload', ['workload', 'service']],
  ['OrganizationId', ['organizationid']],
  ['ClientIP', ['clientip', 'srcipaddr', 'clientipaddress']],
  ['ClientRegion', ['clientregion']],
  ['AppIdentity', ['appidentity', 'appidentityappid', 'appidentitydisplayname']],
  ['AgentId', ['agentid']],
  ['AgentName', ['agentname']],
  ['ApplicationName', ['applicationname']],
  ['CopilotLogVersion', ['copilotlogversion', 'logversion']],
]

const EVENT_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['AppHost', ['apphost']],
  ['ThreadId', ['threadid']],
  ['ConversationId', ['conversationid']],
  ['CorrelationId', ['correlationid']],
  ['TargetAgentName', ['targetagentname']],
]

/** Lists of the event data, and the columns of their elements; a row holds one element of each at most. */
const LISTS: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
  [
    'Messages',
    ['messages', 'message'],
    { Id: 'id', isPrompt: 'isprompt', JailbreakDetected: 'jailbreakdetected' },
  ],
  ['Contexts', ['contexts', 'context'], { Id: 'id', Type: 'type', ContainerId: 'containerid' }],
  [
    'AccessedResources',
    ['accessedresources', 'accessedresource'],
    {
      Id: 'id',
      Name: 'name',
      SiteUrl: 'siteurl',
      Type: 'type',
      Action: 'action',
      Status: 'status',
      SensitivityLabelId: 'sensitivitylabelid',
      listItemUniqueId: 'listitemuniqueid',
      XPIADetected: 'xpiadetected',
      PolicyDetails: 'policydetails',
    },
  ],
  ['AISystemPlugin', ['aisystemplugin', 'aisystemplugins'], { Id: 'id', Name: 'name' }],
  [
    'ModelTransparencyDetails',
    // Sentinel's table: AIModelName.
    ['modeltransparencydetails', 'ai'],
    {
      ModelName: 'modelname',
      ModelProviderName: 'modelprovidername',
      ModelVersion: 'modelversion',
    },
  ],
]

const MAX_ELEMENTS = 1_000

/** The audit record that a row tells of, as far as it does. */
export function recordOfRow(cells: Cells): Fields {
  const record: Fields = {}
  fill(record, cells, FIELDS)
  const most = hasNumber(cells) ? MAX_ELEMENTS : 0
  const nested = jsonOf(cells.get('copiloteventdata') ?? cells.get('llmeventdata'))
  const event: Fields = isFields(nested) ? { ...nested } : {}
  fill(event, cells, EVENT_FIELDS)
  for (const [name, prefixes, columns] of LISTS) {
    if (event[name] !== undefined) continue
    const whole = prefixes
      .map((prefix) => jsonOf(cells.get(prefix)))
      .find((value) => typeof value === 'object')
    const list = whole ?? elementsOf(cells, prefixes, columns, most)
    if (list !== null) event[name] = list
  }
  const ids = cells.get('messageids')
  if (event['MessageIds'] === undefined && ids !== undefined) event['MessageIds'] = listIn(ids)
  if (Object.keys(event).length > 0) record['CopilotEventData'] = event
  return record
}

function fill(into: Fields, cells: Cells, fields: typeof FIELDS): void {
  const filled = into
  for (const [field, columns] of fields) {
    if (filled[field] !== undefined) continue
    const column = columns.find((name) => cells.has(name))
    if (column !== undefined) filled[field] = cells.get(column)
  }
}

/**
 * The elements of a list that a row holds: `Message_Id` and `Message_isPrompt` are one message; scripts that flatten a whole
 * record number them, `Messages[0].Id`.
 */
function elementsOf(
  cells: Cells,
  prefixes: readonly string[],
  columns: Readonly<Record<string, string>>,
  most: number,
): readonly Fields[] | null {
  const elements: Fields[] = []
  for (let number = -1; number < most; number += 1) {
    const element: Fields = {}
    for (const [field, column] of Object.entries(columns)) {
      const key = prefixes
        .map((prefix) => `${prefix}${number < 0 ? '' : number}${column}`)
        .find((name) => cells.has(name))
      if (key !== undefined) element[field] = jsonOf(cells.get(key))
    }
    if (Object.keys(element).length > 0) elements.push(element)
    else if (number >= 0) break
  }
  return elements.length === 0 ? null : elements
}

function hasNumber(cells: Cells): boolean {
  for (const key of cells.keys()) if (/\d/.test(key)) return true
  return false
}

/** Cells may hold JSON: an object or a list, or the list joined with semicolons. */
function jsonOf(cell: unknown): unknown {
  if (typeof cell !== 'string' || !/^\s*[[{]/.test(cell)) return cell
  try {
    const value: unknown = JSON.parse(cell)
    return value
  } catch {
    return cell
  }
}

function listIn(cell: unknown): unknown {
  const value = jsonOf(cell)
  if (typeof value !== 'string') return value
  return value.split(/[;,]/).map((id) => id.trim())
}
