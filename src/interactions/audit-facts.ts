import type { Context, Facts, Flag, Message, Model, Resource } from './record.ts'
import { agentOf, appIdentityOf } from './agents.ts'
import { eventOf, looksLikeAudit } from './audit-record.ts'
import { isAutomaticRun } from './automatic.ts'
import { dlpOf, strongerDlp } from './dlp.ts'
import { flag, guid, isFields, listOf, objectsOf, respelled, word } from './fields.ts'
import type { Fields } from './fields.ts'
import { kindOf } from './kinds.ts'
import { personOf, userTypeOf } from './people.ts'
import { placeOf, siteOf } from './places.ts'
import { recordTypeOf } from './record-types.ts'
import { searchableText } from './searchable-text.ts'
import { settingOf } from './settings.ts'
import { canonicalSurface } from './surfaces.ts'
import { parseTime } from './times.ts'
import { unreadText } from './unread-text.ts'
import type { RecordFormat } from './record.ts'

// Longer ids are nobody's: the record is then known by its content.
const MAX_ID = 512

/** What a unified-audit record says (already unwrapped and in our spelling). */
export function auditFacts(record: Fields, format: RecordFormat, unmapped: string | null): Facts {
  const event = eventOf(record) ?? NO_EVENT
  const type = recordTypeOf(record['RecordType'])
  const operation = word(record['Operation']) ?? ''
  const kind = kindOf(type, operation, event !== NO_EVENT)
  const nativeId = nativeIdOf(record)
  const appIdentity = appIdentityOf(record['AppIdentity'] ?? event['AppIdentity'])
  const served = word(event['AppHost'])
  const promptText = kind === 'scheduled-prompt' ? promptTextOf(record) : null
  const automaticRun =
    kind === 'automation' || isAutomaticRun(appIdentity) || isAutomaticRun(served)
  const resources = resourcesOf(event)
  const plugins = namesOf(event['AISystemPlugin'])
  const contexts = contextsOf(event)
  const ownDlp = dlpOf(record['PolicyDetails'] ?? event['PolicyDetails'])
  return {
    format,
    namespace: 'audit',
    nativeId,
    tenantId: guid(record['OrganizationId']),
    kind,
    recordType: type.name,
    recordTypeNumber: type.number,
    operation,
    workload: word(record['Workload']) ?? '',
    unmapped: unmapped ?? (looksLikeAudit(record) ? null : 'no field of an audit record'),
    occurredAt: parseTime(record['CreationTime']),
    user: personOf(record['UserId'], record['UserKey']),
    userType: userTypeOf(record['UserType']),
    clientIp: word(record['ClientIP']),
    region: word(record['ClientRegion'] ?? event['ClientRegion']),
    locale: null,
    surface: surfaceOf(served, appIdentity),
    servedSurface: served,
    setting: event === NO_EVENT ? null : settingOf(contexts),
    contexts,
    sessionId: word(event['ThreadId']),
    requestId: null,
    conversationId: word(event['ConversationId']),
    correlationId: correlationOf(record, event),
    agent: agentOf(record, event, appIdentity),
    messages:
      promptText === null
        ? messagesOf(event, automaticRun)
        : [scheduledPrompt(promptText, nativeId ?? word(record['AutomationId']) ?? '', operation)],
    resources,
    plugins,
    models: modelsOf(event),
    web: webOf(event, resources),
    tenantGrounded: groundedOf(event, resources),
    dlp: resources.reduce((all, { dlp }) => strongerDlp(all, dlp), ownDlp.dlp),
    labels: labelsOf(record, event, resources),
    // Copilot's event data is read field by field above; whatever has none, and what is new in it, is found by its words.
    text:
      kind === 'interaction' && event !== NO_EVENT
        ? unreadText(record, event)
        : searchableText(record),
  }
}

const NO_EVENT: Fields = {}

function nativeIdOf(record: Fields): string | null {
  const id = word(record['Id'])
  if (id === null || id.length > MAX_ID) return null
  return guid(id) ?? id
}

function surfaceOf(served: string | null, appIdentity: string | null): string | null {
  if (appIdentity !== null && /^copilot\.m365copilot\.cowork/i.test(appIdentity)) return 'Cowork'
  return served === null ? null : canonicalSurface(served)
}

function correlationOf(record: Fields, event: Fields): string | null {
  const own = word(event['CorrelationId']) ?? word(record['CorrelationId'])
  if (own !== null) return own
  const access = record['AppAccessContext']
  return isFields(access) ? word(access['CorrelationId']) : null
}

function contextsOf(event: Fields): Context[] {
  const contexts: Context[] = []
  for (const context of objectsOf(event['Contexts'])) {
    contexts.push({
      id: word(context['Id']) ?? word(context['ContainerId']),
      type: word(context['Type']),
      name: word(context['Name']),
    })
  }
  return contexts
}

function messagesOf(event: Fields, automaticRun: boolean): Message[] {
  const messages: Message[] = []
  const automatic: Flag = automaticRun ? true : null
  for (const message of objectsOf(event['Messages'])) {
    const id = word(message['Id']) ?? ''
    const isPrompt = flag(message['isPrompt'])
    const role = isPrompt === null ? null : isPrompt ? 'prompt' : 'answer'
    const jailbreak = flag(message['JailbreakDetected'])
    messages.push({ id, role, text: null, at: null, automatic, jailbreak, etag: null })
  }
  if (messages.length > 0) return messages
  // MessageIds is reserved and repeats Messages; where it stands alone it is all there is.
  for (const served of listOf(event['MessageIds'])) {
    const id = word(served)
    if (id === null) continue
    messages.push({ id, role: null, text: null, at: null, automatic, jailbreak: null, etag: null })
  }
  return messages
}

function promptTextOf(record: Fields): string | null {
  const text = record['PromptText']
  return typeof text === 'string' && text.length > 0 ? text : null
}

// Record type 363 is the one audit record that carries a prompt. A person wrote it; its runs are the schedule's.
function scheduledPrompt(text: string, id: string, operation: string): Message {
  const automatic: Flag = /execut|run/i.test(operation) ? true : null
  return { id, role: 'prompt', text, at: null, automatic, jailbreak: null, etag: null }
}

function resourcesOf(event: Fields): Resource[] {
  const resources: Resource[] = []
  for (const entry of listOf(event['AccessedResources'])) {
    if (isFields(entry)) resources.push(resourceOf(respelled(entry)))
  }
  return resources
}

function resourceOf(resource: Fields): Resource {
  const url = urlOf(resource['SiteUrl'])
  const type = word(resource['Type'])
  const labelId = labelOf(resource['SensitivityLabelId'])
  const { dlp, policies } = dlpOf(resource['PolicyDetails'])
  return {
    id: word(resource['Id']),
    name: word(resource['Name']),
    url,
    site: url === null ? null : siteOf(url),
    type,
    action: word(resource['Action']),
    status: word(resource['Status']),
    labelId,
    xpia: flag(resource['XPIADetected']),
    dlp,
    policies,
    origin: 'accessed',
    place: placeOf(url, type, resource['listItemUniqueId'], labelId),
  }
}

function urlOf(served: unknown): string | null {
  const url = word(served)
  if (url === null || !url.startsWith('<') || !url.endsWith('>')) return url
  return word(url.slice(1, -1))
}

const EMPTY_GUID = '00000000-0000-0000-0000-000000000000'

function labelOf(served: unknown): string | null {
  const label = word(served)
  return label === null || label === EMPTY_GUID ? null : label.toLowerCase()
}

function labelsOf(record: Fields, event: Fields, resources: readonly Resource[]): string[] {
  const labels: string[] = []
  const own = labelOf(event['SensitivityLabelId'] ?? record['SensitivityLabelId'])
  if (own !== null) labels.push(own)
  for (const { labelId } of resources) {
    if (labelId !== null && !labels.includes(labelId) && labels.length < 1_000) labels.push(labelId)
  }
  return labels
}

/** `Name` of each plugin, or its id where the name says nothing ("BuiltIn"). */
function namesOf(served: unknown): string[] {
  const names: string[] = []
  for (const plugin of objectsOf(served)) {
    const name = word(plugin['Name'])
    const id = word(plugin['Id'])
    const shown = name === null || (name === 'BuiltIn' && id !== null) ? id : name
    if (shown !== null && !names.includes(shown) && names.length < 1_000) names.push(shown)
  }
  return names
}

function modelsOf(event: Fields): Model[] {
  const models: Model[] = []
  for (const model of objectsOf(event['ModelTransparencyDetails'])) {
    const provider = word(model['ModelProviderName'])
    const name = word(model['ModelName'])
    const version = word(model['ModelVersion'])
    if (provider !== null || name !== null || version !== null)
      models.push({ provider, name, version })
  }
  return models
}

function webOf(event: Fields, resources: readonly Resource[]): Flag {
  for (const plugin of objectsOf(event['AISystemPlugin'])) {
    if (isBing(plugin['Id']) || isBing(plugin['Name'])) return true
  }
  for (const { type } of resources) {
    if (type !== null && type.toLowerCase() === 'websearchquery') return true
  }
  const saysBoth =
    Array.isArray(event['AISystemPlugin']) && Array.isArray(event['AccessedResources'])
  return saysBoth ? false : null
}

function isBing(value: unknown): boolean {
  return typeof value === 'string' && value.trim().toLowerCase() === 'bingwebsearch'
}

// Unclassified resources count as grounded: only what is known to be the public web does not.
function groundedOf(event: Fields, resources: readonly Resource[]): Flag {
  for (const { place } of resources) if (place !== 'web') return true
  return event['AccessedResources'] === undefined ? null : false
}
