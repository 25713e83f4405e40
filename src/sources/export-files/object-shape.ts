import type { RecordFormat } from '../../interactions/record.ts'
import type { Keys } from './object-keys.ts'

/** What a JSON object is, told by its keys. */
export type ObjectShape =
  | { readonly kind: 'record'; readonly format: RecordFormat }
  /** Known, and for a later version of Daybook: `what` completes "this is …". */
  | { readonly kind: 'later'; readonly what: string }
  /** Known, and no export. */
  | { readonly kind: 'no-export'; readonly what: string }

const AUDIT: ObjectShape = { kind: 'record', format: 'audit' }
const AUDIT_ROW: ObjectShape = { kind: 'record', format: 'audit-row' }
const AI_INTERACTION: ObjectShape = { kind: 'record', format: 'ai-interaction' }

const later = (what: string): ObjectShape => ({ kind: 'later', what })
const noExport = (what: string): ObjectShape => ({ kind: 'no-export', what })

/**
 * Tells an object by its keys, letter case apart where Microsoft's own exports vary it; null when nothing fits.
 * Partial records are records: audit records without id, time or operation occur. docs/spec/source-shapes.md.
 */
export function shapeOfObject(keys: Keys): ObjectShape | null {
  const lower = new Set<string>()
  for (const key of keys.keys()) lower.add(key.toLowerCase())
  const has = (...names: readonly string[]): boolean => names.some((name) => lower.has(name))

  if (has('encryptedcontent')) {
    return noExport(
      'an encrypted change notification: only the collector that holds the key of its subscription can read it',
    )
  }
  if (has('auditdata', 'auditlogrecordtype')) return AUDIT_ROW
  if (has('interactiontype') && has('sessionid', 'requestid', 'appclass', 'body')) {
    return AI_INTERACTION
  }
  if (has('appclass') && has('sessionid', 'requestid', 'body', 'conversationtype')) {
    return AI_INTERACTION
  }
  return laterShape(has) ?? (isAudit(keys, has) ? AUDIT : nonExport(has))
}

type Has = (...names: readonly string[]) => boolean

/** The shapes of the next versions. */
function laterShape(has: Has): ObjectShape | null {
  if (has('recordidentity') && has('activity', 'activityid', 'happened')) {
    return later('a record of Activity Explorer')
  }
  if (has('records') && has('watermark', 'pagenumber')) return later('a page of Activity Explorer')
  if (has('message_id', 'message_isprompt') && has('recordid')) {
    return later('an exploded export of the PAX script (one row per message)')
  }
  if (has('conversationtranscriptid')) return later('an export of Copilot Studio transcripts')
  if (has('reportrefreshdate')) return later('a Copilot usage report')
  if (has('supportedhosts', 'manifestid') && has('id', 'displayname')) {
    return later('an inventory of Copilot agents and apps')
  }
  if (has('customdimensions') || (has('timestamp') && has('name', 'itemtype'))) {
    return later('telemetry of Application Insights')
  }
  if (has('tables')) return later('an answer of Application Insights')
  return null
}

function isAudit(keys: Keys, has: Has): boolean {
  if (keys.has('CopilotEventData') || (keys.has('AppIdentity') && keys.has('AppHost'))) return true
  return (
    (keys.has('RecordType') ||
      keys.has('Operation') ||
      keys.has('Workload') ||
      keys.has('CreationTime')) &&
    (keys.has('UserId') || keys.has('Id')) &&
    !has('access_token')
  )
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
