// Reading values that Microsoft serves in several spellings and types (docs/spec/interaction-model.md, "Variants").

/** A JSON object as parsed: nothing is known about its values. */
export type Fields = Record<string, unknown>

// Longer values are cut: no id, name or URL of Microsoft's comes near, and an index row must stay a row.
const MAX_WORD = 4_096

// Every field that we read, in the spelling we read it by. Other spellings of the same letters are renamed to it.
const NAMES = [
  'Id RecordType CreationTime Operation OrganizationId UserType UserKey Workload ClientIP UserId',
  'ClientRegion CopilotEventData AppIdentity AgentId AgentName AgentPlatform PlatformAgentId',
  'ApplicationName PolicyDetails AppAccessContext CorrelationId PromptText AutomationId ObjectId',
  'AppHost Contexts ThreadId MessageIds Messages AccessedResources ModelTransparencyDetails',
  'AISystemPlugin ConversationId TargetAgentName TargetPlatformAgentId PlatformAgentType',
  'SensitivityLabelId Type ContainerId isPrompt JailbreakDetected SiteUrl listItemUniqueId Name',
  'Action Status XPIADetected ModelProviderName ModelName ModelVersion PolicyId PolicyName Rules',
  'RuleName Actions RuleMode AppId DisplayName RecordId CreationDate Operations UserIds AuditData',
  'Identity CreatedDateTime AuditLogRecordType UserPrincipalName Service',
]
  .join(' ')
  .split(' ')

const KNOWN = new Set(NAMES)
const BY_LOWER_CASE = new Map(NAMES.map((name) => [name.toLowerCase(), name]))
// Defender's CloudAppEvents hold the audit record in a column of their own.
BY_LOWER_CASE.set('raweventdata', 'AuditData')

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object with the fields we read in our spelling; the same object when it has no other. */
export function respelled(fields: Fields): Fields {
  for (const key in fields) {
    if (!KNOWN.has(key) && BY_LOWER_CASE.has(key.toLowerCase())) return renamed(fields)
  }
  return fields
}

function renamed(fields: Fields): Fields {
  const result: Fields = {}
  for (const key of Object.keys(fields)) {
    const name = KNOWN.has(key) ? key : (BY_LOWER_CASE.get(key.toLowerCase()) ?? key)
    // Where both spellings are served ours wins; a key called __proto__ must not become one.
    if ((name === key || !Object.hasOwn(fields, name)) && name !== '__proto__') {
      result[name] = fields[key]
    }
  }
  return result
}

/** An aiInteraction in Graph's own spelling: PowerShell's Graph commands write `SessionId` for `sessionId`, and so on. */
export function graphSpelled(item: Fields): Fields {
  const isGraphs = item['id'] !== undefined || item['sessionId'] !== undefined
  return isGraphs || item['SessionId'] === undefined ? item : lowerFirst(item, 0)
}

const MAX_DEPTH = 32

function lowerFirst(fields: Fields, depth: number): Fields {
  const result: Fields = {}
  for (const key of Object.keys(fields)) {
    const name = key.charAt(0).toLowerCase() + key.slice(1)
    if (name !== '__proto__') result[name] = lowerFirstValue(fields[key], depth + 1)
  }
  return result
}

function lowerFirstValue(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) return null
  if (Array.isArray(value)) return value.map((entry) => lowerFirstValue(entry, depth + 1))
  return isFields(value) ? lowerFirst(value, depth) : value
}

/** Text without blanks around it; numbers and booleans as text; null for nothing, "", objects and lists. */
export function word(value: unknown): string | null {
  if (typeof value === 'string') {
    const trimmed = value.trim()
    if (trimmed.length === 0) return null
    return trimmed.length > MAX_WORD ? trimmed.slice(0, MAX_WORD) : trimmed
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return null
}

/** true and false in every type served ("True", 1, "0"); null when the field is absent or says neither. */
export function flag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === undefined || value === null) return null
  switch (typeof value === 'string' ? value.trim().toLowerCase() : value) {
    case 'true':
    case '1':
    case 1:
      return true
    case 'false':
    case '0':
    case 0:
      return false
    default:
      return null
  }
}

const NOTHING: readonly unknown[] = []

/** A list; a single object or word counts as a list of one; null, "" and absent as none. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  if (value === undefined || value === null || value === '') return NOTHING
  return [value]
}

/** Only the objects of a list, in our spelling. */
export function objectsOf(value: unknown): readonly Fields[] {
  const objects: Fields[] = []
  for (const entry of listOf(value)) if (isFields(entry)) objects.push(respelled(entry))
  return objects
}

/** The object, or the one written as JSON in a string; null when it is neither. */
export function fieldsOf(value: unknown): Fields | null {
  if (typeof value === 'string') return parsedFields(value)
  return isFields(value) ? value : null
}

/** Parses JSON text that must be an object; null when it is not (hostile input is no exception). */
export function parsedFields(text: string): Fields | null {
  try {
    let value: unknown = JSON.parse(plainJson(text))
    // Written as text once more.
    if (typeof value === 'string' && /^\s*\{/.test(value)) value = JSON.parse(value)
    return isFields(value) ? value : null
  } catch {
    return null
  }
}

/** JSON as it is parsed: without a mark, and without the backslashes of a record that stands as text in other JSON. */
export function plainJson(text: string): string {
  const first = text.charCodeAt(1)
  if (text.charCodeAt(0) === 0xfeff) return text.slice(1)
  if (first !== 92 && !(first === 32 && /^\{ +\\/.test(text))) return text
  const inside: unknown = text.startsWith('{') ? JSON.parse(`"${text}"`) : text
  return typeof inside === 'string' ? inside : text
}

let lastText = ''
let lastRecord: Fields | null = null

/** `parsedFields` of a record's whole text; who asks for the same text once more need not parse it again. Never change what it answers. */
export function parsedRecord(text: string): Fields | null {
  if (text !== lastText) {
    lastRecord = parsedFields(text)
    lastText = text
  }
  return lastRecord
}

/** 8-4-4-4-12 hexadecimal digits, lower case; null for anything else, and for the all-zero GUID that means "none". */
export function guid(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value.length === 36 ? value : value.trim()
  if (!looksLikeGuid(text)) return null
  const lower = text.toLowerCase()
  return lower === '00000000-0000-0000-0000-000000000000' ? null : lower
}

/** Whether the text has the form of a GUID (any case, no braces). */
export function looksLikeGuid(text: string): boolean {
  if (text.length !== 36) return false
  for (let i = 0; i < 36; i++) {
    const c = text.charCodeAt(i)
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (c !== 45) return false
    } else if (!((c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102))) return false
  }
  return true
}
