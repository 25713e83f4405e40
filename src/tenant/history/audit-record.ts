// Audit records of exchanges, spelt as the Management Activity API spells them. None holds a text.
import type { Bytes } from './bytes.ts'
import type { Random } from './random.ts'
import type { Session, Turn, Variant } from './session.ts'
import type { AccessedResource, Story, World } from './story.ts'
import { streamOf } from './story.ts'

const COPILOT_APPLICATION = 'fb8d773d-7ef8-4ec0-a117-179f88add510'
const POLICY_ID = '5f6e2c51-0f0d-4c7a-9d8e-3b1c0a2f7711'
const RULE_ID = '8a8c4e6b-52d1-4a07-b6f3-0c7de2a94455'

/** What a CSV row says about its record outside the AuditData cell. */
export interface WrittenRecord {
  readonly id: string
  readonly atMs: number
  readonly recordType: string
  readonly operation: string
}

/** CreationTime of the audit log: UTC, whole seconds, no zone. */
export function auditTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}

/** Writes the CopilotInteraction record of a turn, as JSON. */
export function writeAuditRecord(
  out: Bytes,
  world: World,
  session: Session,
  turn: Turn,
  story: Story,
  variant: Variant,
): WrittenRecord {
  const { random, cast } = world
  random.seed(world.seed, session.day, session.number, streamOf(turn, 1))
  const id = random.guid()
  const atMs = turn.promptMs + random.below(1_500)
  const at = auditTime(atMs)
  const member = cast.members[session.member]
  const agent = session.agent < 0 ? undefined : cast.agents[session.agent]
  const { surface } = session
  const reorder = variant === 'reordered'
  const messages = [
    `{"Id":"${turn.promptMs}","isPrompt":true${jailbreakOf(story, random.chance(0.95))}}`,
  ]
  messages.push(`{"Id":"${turn.answerMs}","isPrompt":false}`)
  if (turn.secondAnswerMs !== null)
    messages.push(`{"Id":"${turn.secondAnswerMs}","isPrompt":false}`)
  const resources = story.resources.map(resourceJson)
  if (reorder) messages.reverse()
  if (reorder) resources.reverse()
  const model = modelOf(random.float(), variant)
  const contexts = contextJson(story)
  const access = accessContext(random, atMs)
  const correlationId = random.guid()
  const annotated = variant === 'annotated'
  out.utf8(
    `{${annotated ? '"@odata.type":"#microsoft.graph.security.copilotInteractionAuditRecord",' : ''}"CreationTime":"${at}","Id":"${id}","Operation":"CopilotInteraction","OrganizationId":"${cast.tenantId}","RecordType":261,"UserKey":"${member?.objectId}","UserType":0,"Version":1,"Workload":"Copilot","ClientIP":"${story.clientIp}","UserId":"${member?.upn}",${access}"AppIdentity":"${agent?.appIdentity ?? surface.appIdentity}",${agent === undefined ? '' : `"AgentId":"${agent.agentId}","AgentName":"${agent.name}",`}"ClientRegion":"${story.region}","CopilotEventData":{"AISystemPlugin":[${story.web ? '{"Id":"BingWebSearch","Name":"BuiltIn"}' : ''}],${annotated ? '"AccessedResources@odata.type":"#Collection(microsoft.graph.security.defaultAuditData)",' : ''}"AccessedResources":[${resources.join(',')}],"AppHost":"${surface.appHost}",${agent?.kind === 'custom-engine' ? `"ConversationId":"${story.conversationId}","TargetAgentName":"${agent.name}","LicenseType":"Premium",` : ''}"Contexts":[${contexts}],"CorrelationId":"${correlationId}",${variant === 'version' ? '"DLPEvaluationDeferred":4,"DLPEvaluationDeferredReason":"Timeout",' : ''}"MessageIds":[],"Messages":[${messages.join(',')}],"ModelTransparencyDetails":[${model}],"ThreadId":"${story.threadId}"},"CopilotLogVersion":"1.0.0.0"}`,
  )
  return { id, atMs, recordType: '261', operation: 'CopilotInteraction' }
}

/**
 * Writes the record that the runtime of a custom-engine agent logs 3 to 8 s before the client's: no messages,
 * another thread, the same ConversationId.
 */
export function writeRuntimeTwin(
  out: Bytes,
  world: World,
  session: Session,
  turn: Turn,
  story: Story,
  variant: Variant,
): WrittenRecord {
  const { random, cast } = world
  random.seed(world.seed, session.day, session.number, streamOf(turn, 2))
  const id = random.guid()
  const atMs = turn.promptMs - 3_000 - random.below(4_000)
  const at = auditTime(atMs)
  const member = cast.members[session.member]
  const agent = cast.agents[session.agent]
  const platform = `Default-${cast.tenantId}`
  const annotated = variant === 'annotated' || variant === 'reordered'
  out.ascii(
    `{${annotated ? '"@odata.type":"#microsoft.graph.security.copilotInteractionAuditRecord",' : ''}"CreationTime":"${at}","Id":"${id}","Operation":"CopilotInteraction","OrganizationId":"${cast.tenantId}","RecordType":261,"UserKey":"${member?.objectId}","UserType":0,"Version":1,"Workload":"Copilot","ClientIP":"","UserId":"${member?.upn}","AgentId":"${agent?.runtimeId}","AgentPlatform":"CopilotStudio","AppIdentity":"Copilot.Studio.${platform}-${agent?.schemaName}","ClientRegion":"${story.region}","CopilotEventData":{"AccessedResources":[],"AppHost":"m365copilot","ConversationId":"${story.conversationId}","MessageIds":[],"PlatformAgentType":"CopilotStudio",${variant === 'version' ? '"MemoryUpdated":true,' : ''}"ThreadId":"19:${random.token(21)}w1@thread.v2"},"CopilotLogVersion":"1.0.0.0"}`,
  )
  return { id, atMs, recordType: '261', operation: 'CopilotInteraction' }
}

function accessContext(random: Random, atMs: number): string {
  const issuedMs = atMs - random.below(3_600_000)
  return `"AppAccessContext":{"AADSessionId":"${random.guid()}","ClientAppId":"${COPILOT_APPLICATION}","CorrelationId":"${random.guid()}","IssuedAtTime":"${auditTime(issuedMs)}","UniqueTokenId":"${random.token(11)}"},`
}

// The field is there on nearly all prompts and on no answer; absent is not false.
function jailbreakOf(story: Story, known: boolean): string {
  if (story.jailbreak) return ',"JailbreakDetected":true'
  return known ? ',"JailbreakDetected":false' : ''
}

function modelOf(draw: number, variant: Variant): string {
  if (variant === 'version') return '{"ModelName":"gpt-55-medium","ModelProviderName":"OpenAI"}'
  if (draw < 0.45) return ''
  if (draw < 0.5) return '{"ModelName":"DEEP_LEO"}'
  return '{"ModelName":"gpt-53-medium","ModelProviderName":"OpenAI","ModelVersion":"1"}'
}

function contextJson({ context }: Story): string {
  if (context === null) return ''
  return `{"Id":"${context.id.replaceAll('/', String.raw`\/`)}","Type":"${context.type}"}`
}

function resourceJson(resource: AccessedResource): string {
  const { kind, file, id, labelId } = resource
  const label = labelId === '' ? '' : `,"SensitivityLabelId":"${labelId}"`
  const status = resource.dlp === 'blocked' ? ',"Status":"failure"' : ',"Status":"success"'
  const flag = resource.xpia
    ? ',"XPIADetected":true'
    : kind === 'chat'
      ? ''
      : ',"XPIADetected":false'
  const tail = `${label}${status}${flag}${policyOf(resource)}}`
  if (kind === 'web') return `{"Action":"Search","Id":"${id}","Type":"WebSearchQuery"${tail}`
  if (kind === 'email')
    return `{"Action":"Read","Id":"${id}","Name":"","Type":"EmailMessage"${tail}`
  if (kind === 'chat') return `{"Action":"Read","Id":"${id}","Type":"TeamsMessage"${tail}`
  return `{"Action":"Read","Id":"${id}","Name":"${file?.name}","SiteUrl":"${file?.escapedUrl}","Type":"${file?.type}","listItemUniqueId":"${file?.uniqueId}"${tail}`
}

function policyOf(resource: AccessedResource): string {
  if (resource.dlp === 'none') return ''
  const mode = resource.dlp === 'blocked' ? 'Enforce' : 'Audit'
  return `,"PolicyDetails":[{"PolicyId":"${POLICY_ID}","PolicyName":"Keep payroll out of Copilot","Rules":[{"RuleId":"${RULE_ID}","RuleName":"Labelled files","Actions":["BlockAccess"],"Severity":"High","RuleMode":"${mode}"}]}]`
}
