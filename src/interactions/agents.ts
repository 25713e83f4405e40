import type { Agent, AgentKind, AgentOrigin } from './record.ts'
import { isFields, looksLikeGuid, respelled, word } from './fields.ts'
import type { Fields } from './fields.ts'

// Taken off in front of an agent's id, so that the spellings of one agent compare equal (interface reference i).
const PREFIXES = [
  'copilotstudio.declarative.',
  'copilotstudio.customengine.',
  'copilot.studio.customengine.',
  'copilot.studio.declarative.',
  'sharepointagents.declarative.',
]

/** AppIdentity is a string, or in some exports an object; its id, else its name. */
export function appIdentityOf(served: unknown): string | null {
  if (!isFields(served)) return word(served)
  const fields = respelled(served)
  return word(fields['AppId']) ?? word(fields['DisplayName'])
}

/** The agent that took part according to an audit record, or null: Copilot itself answered. */
export function agentOf(record: Fields, event: Fields, appIdentity: string | null): Agent | null {
  const targetName = word(event['TargetAgentName'])
  const name = targetName ?? word(record['AgentName']) ?? word(event['AgentName'])
  const targetId = word(event['TargetPlatformAgentId'])
  const ownId = word(record['AgentId']) ?? word(event['AgentId'])
  const platform = word(record['AgentPlatform']) ?? word(event['PlatformAgentType'])
  const lowerIdentity = appIdentity === null ? '' : appIdentity.toLowerCase()
  const identityIsAgent = isAgentIdentity(lowerIdentity)
  if (name === null && ownId === null && targetId === null && platform === null && !identityIsAgent)
    return null
  const platformId = word(record['PlatformAgentId']) ?? word(event['PlatformAgentId'])
  const id = ownId ?? targetId ?? (identityIsAgent || name !== null ? appIdentity : platformId)
  return {
    id,
    key: id === null ? null : agentKey(id),
    // The schema name is for makers, and better than nothing.
    name: name ?? schemaName(appIdentity),
    appIdentity,
    kind: kindOf(id ?? '', lowerIdentity, platform, targetName),
    origin: originOf(id ?? '', lowerIdentity, platform, targetName),
  }
}

/** An agent's id without the known prefixes, lower case; `T_{guid}.{guid}` is its second GUID. */
export function agentKey(id: string): string {
  let key = id.trim().toLowerCase()
  for (const prefix of PREFIXES) {
    if (key.startsWith(prefix)) {
      key = key.slice(prefix.length)
      break
    }
  }
  if (key.length === 75 && key.startsWith('t_') && key.charCodeAt(38) === 46) {
    const second = key.slice(39)
    if (looksLikeGuid(key.slice(2, 38)) && looksLikeGuid(second)) return second
  }
  return key
}

function isAgentIdentity(identity: string): boolean {
  return (
    identity.startsWith('copilot.studio.') ||
    identity.startsWith('copilotstudio.') ||
    identity.startsWith('microsoftagent.') ||
    identity.startsWith('sharepointagents.') ||
    identity.startsWith('connectedaiapp.') ||
    identity.startsWith('aiapp.')
  )
}

// `Copilot.Studio.Default-{tenant}-{schema}` and `Copilot.Studio.{environment}-{schema}`.
function schemaName(identity: string | null): string | null {
  if (identity === null || !/^copilot\.studio\./i.test(identity)) return null
  const rest = identity.slice('copilot.studio.'.length)
  const start = /^default-/i.test(rest) ? 8 : 0
  if (!looksLikeGuid(rest.slice(start, start + 36)) || rest.charAt(start + 36) !== '-') return null
  return word(rest.slice(start + 37))
}

function isStudioEnvironment(identity: string): boolean {
  return schemaName(identity) !== null
}

function kindOf(
  servedId: string,
  identity: string,
  platform: string | null,
  target: string | null,
): AgentKind {
  const id = servedId.toLowerCase()
  if (id.startsWith('copilotstudio.declarative.')) return 'declarative'
  if (isCustomEngine(id, identity, platform)) return 'custom-engine'
  if (id.startsWith('spo_') || id.startsWith('sharepointagents.')) return 'declarative'
  return target !== null && isUnknownId(id) ? 'custom-engine' : 'unknown'
}

function originOf(
  servedId: string,
  identity: string,
  platform: string | null,
  target: string | null,
): AgentOrigin {
  const id = servedId.toLowerCase()
  if (id.startsWith('copilotstudio.') || id.startsWith('copilot.studio.')) return 'customer'
  if (isCustomEngine(id, identity, platform)) return 'customer'
  if (id.startsWith('spo_') || id.startsWith('sharepointagents.')) return 'unknown'
  if (id.startsWith('copilot.m365copilot.') || id.startsWith('copilot.microsoftcopilot.'))
    return 'microsoft'
  if (identity.startsWith('microsoftagent.') || id.startsWith('microsoftagent.')) return 'microsoft'
  if (identity.startsWith('copilot.studio.') || identity.startsWith('copilotstudio.'))
    return 'customer'
  if (identity.startsWith('connectedaiapp.') || identity.startsWith('aiapp.')) return 'customer'
  return target !== null && isUnknownId(id) ? 'customer' : 'unknown'
}

function isCustomEngine(id: string, identity: string, platform: string | null): boolean {
  return (
    id.startsWith('copilotstudio.customengine.') ||
    id.startsWith('copilot.studio.customengine.') ||
    identity.startsWith('copilot.studio.customengine.t_') ||
    isStudioEnvironment(identity) ||
    isStudioEnvironment(id) ||
    (platform !== null && platform.toLowerCase() === 'copilotstudio')
  )
}

// A target name on an id that says nothing marks a custom-engine agent; these ids do say something.
function isUnknownId(id: string): boolean {
  return !(
    id.startsWith('builtin_') ||
    id.startsWith('t_') ||
    id.startsWith('p_') ||
    id.startsWith('copilot.microsoftcopilot.') ||
    looksLikeGuid(id) ||
    id.length < 16
  )
}
