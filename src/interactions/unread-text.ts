import { isFields, listOf, type Fields } from './fields.ts'
import { searchableText } from './searchable-text.ts'

// Names that readers know, whether they take something from them or not: interface reference, sections b to d.

/** In any case of their letters, as Microsoft writes them. */
const names = (...lines: readonly string[]): ReadonlySet<string> =>
  new Set(
    lines
      .join(' ')
      .split(' ')
      .flatMap((name) => [name, name.toLowerCase()]),
  )

const RECORD = [
  'Id RecordType CreationTime Operation OrganizationId UserType UserKey Workload ResultStatus ObjectId UserId ClientIP',
  'Scope AppAccessContext Version ClientRegion CopilotEventData CopilotLogVersion AppIdentity AgentId AgentName',
  'AgentVersion AgentPlatform AgentBlueprintId PlatformAgentId CapacityId ApplicationName PolicyDetails CorrelationId',
  'SensitivityLabelId AssociatedAdminUnits AssociatedAdminUnitsNames PromptText AutomationId',
  // Of rows that are flattened into their record.
  'RecordId CreationDate Operations UserIds AuditData Identity CreatedDateTime AuditLogRecordType UserPrincipalName',
  'Service AdministrativeUnits ResultIndex ResultCount IsValid ObjectState',
]
const EVENT = [
  'AppHost Contexts ThreadId MessageIds Messages AccessedResources ModelTransparencyDetails AISystemPlugin',
  'ConversationId CorrelationId DLPEvaluationDeferred DLPEvaluationDeferredReason LicenseType MemoryUpdated',
  'TargetAgentName TargetPlatformAgentId TargetTaskIds PlatformAgentId PlatformAgentType SensitivityLabelId',
]
const OF_RECORD = names(...RECORD)
/** Event data may be flattened into its record. */
const OF_EITHER = names(...RECORD, ...EVENT)
const OF_EVENT = names(...EVENT, 'PolicyDetails AppIdentity AgentId AgentName')
const OF_LISTS: Readonly<Record<string, ReadonlySet<string>>> = {
  Messages: names('Id Size isPrompt JailbreakDetected'),
  Contexts: names('Id Type ContainerId Name'),
  AccessedResources: names(
    'Id SiteUrl listItemUniqueId Type Name SensitivityLabelId Action Status PolicyDetails XPIADetected',
  ),
}
const LISTS = Object.keys(OF_LISTS)
const OF_ITEM = names(
  'id sessionId requestId appClass interactionType conversationType etag createdDateTime locale body attachments links',
  'contexts mentions from',
)

/**
 * The words of fields that no reader knows, of a record that is otherwise read field by field: what Microsoft adds
 * without notice is found by its words from the first day.
 */
export function unreadText(record: Fields, event: Fields): string {
  const isFlat = record === event
  const found = unread(record, isFlat ? OF_EITHER : OF_RECORD, [])
  if (!isFlat) unread(event, OF_EVENT, found)
  for (const list of LISTS) {
    const known = OF_LISTS[list]
    if (known === undefined) continue
    for (const entry of listOf(event[list])) if (isFields(entry)) unread(entry, known, found)
  }
  return found.length === 0 ? '' : searchableText(found)
}

/** The same of an aiInteraction. */
export function unreadItemText(item: Fields): string {
  const found = unread(item, OF_ITEM, [])
  return found.length === 0 ? '' : searchableText(found)
}

function unread(fields: Fields, known: ReadonlySet<string>, into: unknown[]): unknown[] {
  for (const key in fields) {
    if (known.has(key) || into.length >= MOST) continue
    if (known.has(key.toLowerCase()) || key.includes('@odata')) continue
    const value = fields[key]
    // Numbers, and what is empty, have no words.
    if (typeof value === 'string' ? value !== '' : typeof value === 'object' && value !== null)
      into.push(value)
  }
  return into
}

const MOST = 1_000
