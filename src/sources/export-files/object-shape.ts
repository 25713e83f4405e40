import { holdsNotifiedItem } from '../../interactions/notification.ts'
import type { RecordFormat } from '../../interactions/record.ts'
import type { ReferenceKind } from '../source.ts'
import { isEscapedObject, unescapedStart } from './escaped-text.ts'
import { keysOf, type Keys } from './object-keys.ts'

/** What a JSON object is, told by its keys. */
export type ObjectShape =
  | { readonly kind: 'record'; readonly format: RecordFormat }
  /** Holds the records further inside: pages of Activity Explorer, answers of Application Insights. */
  | { readonly kind: 'nested'; readonly nest: Nest }
  | { readonly kind: 'reference'; readonly reference: ReferenceKind }
  /** Known, and no export. */
  | { readonly kind: 'no-export'; readonly what: string }

/** Where the records of a nested shape lie: in the `rows` of tables, or behind these keys in lower case (`*`: all keys). */
export type Nest = 'tables' | readonly string[]

const AUDIT: ObjectShape = { kind: 'record', format: 'audit' }
const AUDIT_ROW: ObjectShape = { kind: 'record', format: 'audit-row' }
const AI_INTERACTION: ObjectShape = { kind: 'record', format: 'ai-interaction' }

const record = (format: RecordFormat): ObjectShape => ({ kind: 'record', format })
const reference = (kind: ReferenceKind): ObjectShape => ({ kind: 'reference', reference: kind })
const noExport = (what: string): ObjectShape => ({ kind: 'no-export', what })

/**
 * Tells an object by its keys, letter case apart where Microsoft's own exports vary it; null when nothing fits.
 * Partial records are records: audit records without id, time or operation occur. docs/spec/source-shapes.md.
 */
function shapeOfObject(keys: Keys): ObjectShape | null {
  const lower = new Set<string>()
  for (const key of keys.keys()) lower.add(key.toLowerCase())
  const has = (...names: readonly string[]): boolean => names.some((name) => lower.has(name))

  if (has('encryptedcontent')) {
    return noExport(
      'an encrypted change notification: only the collector that holds the key of its subscription can read it',
    )
  }
  if (has('auditdata', 'auditlogrecordtype', 'raweventdata')) return AUDIT_ROW
  if (has('interactiontype') && has('sessionid', 'requestid', 'appclass', 'body')) {
    return AI_INTERACTION
  }
  if (has('appclass') && has('sessionid', 'requestid', 'body', 'conversationtype')) {
    return AI_INTERACTION
  }
  const other = otherShape(keys, has)
  if (other !== null) return other
  return isAudit(keys, has) ? AUDIT : (referenceShape(has) ?? nonExport(has))
}

/** What the object at these bytes is: by its keys, and of a notification by whether the changed item is in it. */
export function shapeAt(bytes: Uint8Array, start: number, end: number): ObjectShape | null {
  if (isEscapedObject(bytes, start, end)) {
    const text = unescapedStart(bytes, start, end)
    return isEscapedObject(text, 0, text.length) ? null : shapeAt(text, 0, text.length)
  }
  const keys = keysOf(bytes, start, end)
  const isNotification =
    (keys.has('subscriptionId') || keys.has('changeType')) &&
    (keys.has('resourceData') || keys.has('decryptedContent') || keys.has('decryptedResourceData'))
  if (isNotification && holdsNotifiedItem(bytes, start, end)) return AI_INTERACTION
  return shapeOfObject(keys)
}

type Has = (...names: readonly string[]) => boolean

function otherShape(keys: Keys, has: Has): ObjectShape | null {
  if (has('recordidentity') || (has('happened') && has('activity', 'activityid'))) {
    return record('explorer')
  }
  // Other interfaces have lists of that name: what is in it decides.
  if (has('records') && !has('userid')) return { kind: 'nested', nest: ['records'] }
  if (has('resultdata') && has('watermark', 'lastpage', 'recordcount')) {
    return { kind: 'nested', nest: ['resultdata'] }
  }
  if (has('recordid') && has('message_id', 'message_isprompt', 'llmeventdata')) {
    return record('pax-row')
  }
  if (has('conversationtranscriptid') || (has('content') && has('conversationstarttime'))) {
    return record('transcript')
  }
  if (keys.get('activities') === '[') return record('transcript')
  if (isTelemetry(keys, has)) return record('telemetry')
  return has('tables') || (has('columns') && has('rows'))
    ? { kind: 'nested', nest: 'tables' }
    : null
}

/** Who and what the records are about. */
function referenceShape(has: Has): ObjectShape | null {
  if (has('reportrefreshdate')) return reference('usage-report')
  if (has('supportedhosts', 'manifestid', 'elementtypes') && has('id', 'displayname'))
    return reference('packages')
  if (has('titleid', 'title id') && has('agentname', 'agent name')) return reference('packages')
  // A row of the table of Copilot Studio's agents (Dataverse).
  if (has('botid') && has('authenticationmode')) return reference('packages')
  const isPerson =
    has('userprincipalname') &&
    has('displayname', 'mail', 'assignedlicenses', 'assignedplans', 'accountenabled')
  return isPerson ? reference('directory') : null
}

function isAudit(keys: Keys, has: Has): boolean {
  // Some exports write every key in lower case: then it takes more of them.
  if (has('copiloteventdata') || (has('appidentity') && has('apphost'))) return true
  if (has('recordtype') && has('operation') && has('id', 'userid')) return true
  return (
    (keys.has('RecordType') ||
      keys.has('Operation') ||
      keys.has('Workload') ||
      keys.has('CreationTime')) &&
    (keys.has('UserId') || keys.has('Id')) &&
    !has('access_token')
  )
}

/** Columns of Application Insights' tables. */
const TELEMETRY_KEYS =
  /^(timestamp|name|item(id|type|count)|custom(dimensions|measurements)|operation_\w+|session_id|user_\w+|application_version|client_\w+|cloud_\w+|app(id|name)|ikey|sdkversion)$/

/** An event may have nothing but a time and a name. */
function isTelemetry(keys: Keys, has: Has): boolean {
  if (has('customdimensions')) return true
  // A workspace's table, and its copy in a storage account.
  if (has('timegenerated', 'time') && has('properties') && has('name')) return true
  if (!has('timestamp') || !has('name')) return false
  return has('itemtype') || [...keys.keys()].every((key) => TELEMETRY_KEYS.test(key.toLowerCase()))
}

/** Bodies of the same interfaces that people save beside their exports. */
function nonExport(has: Has): ObjectShape | null {
  if (has('access_token', 'id_token') || (has('aud') && has('iss'))) {
    return noExport('an access token or its claims: delete the file, it is a secret')
  }
  if (has('error', 'odata.error')) return noExport('an error answer of an interface')
  if (has('contenturi')) {
    return noExport('a list of content blobs (or a notification of some), not the blobs themselves')
  }
  if (has('notificationurl', 'webhook')) return noExport('a subscription')
  if (has('subscriptionid') && has('lifecycleevent')) {
    return noExport('a notification about a subscription itself')
  }
  if (has('subscriptionid') && has('changetype', 'resource')) {
    return noExport('a change notification without the changed item')
  }
  if (has('contenttype') && has('status')) return noExport('a subscription')
  if (has('isrecordcountlimitexceeded', 'recordcountlimit', 'filterstartdatetime')) {
    return noExport('the state of an audit search, not its records')
  }
  if (has('apphost', 'threadid') && has('messages', 'accessedresources', 'contexts')) {
    return noExport('the CopilotEventData part of an audit record, without the record')
  }
  if (
    has('siteurl', 'policydetails', 'sensitivitylabelid') &&
    has('id', 'action', 'type', 'name')
  ) {
    return noExport('one accessed resource out of an audit record, without the record')
  }
  return null
}
