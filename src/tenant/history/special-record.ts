// Audit records beside exchanges: administration of agents and plug-ins, scheduled prompts, other AI applications,
// and what a tool that reads Copilot's history leaves in the log. Kinds: microsoft-interfaces.md section b.
import type { WrittenRecord } from './audit-record.ts'
import { auditTime } from './audit-record.ts'
import type { Bytes } from './bytes.ts'
import type { Random } from './random.ts'
import { AliasTable } from './random.ts'
import type { Session, Turn, Variant } from './session.ts'
import type { World } from './story.ts'
import { streamOf } from './story.ts'

interface SpecialKind {
  readonly weight: number
  readonly operation: string
  /** As JSON: a number, or a name where Microsoft published none. */
  readonly recordType: string
  readonly workload: string
  /** The members of the record that only this kind has, as JSON without braces. */
  readonly own: (random: Random, agentName: string, agentId: string) => string
}

const named = (what: string) => (random: Random, agent: string) =>
  `"ObjectId":"${random.guid()}","ResultStatus":"Success","${what}Name":"${agent} ${what}"`

const talk = (host: string, identity: string) => (random: Random) =>
  `"AppIdentity":"${identity}","CopilotEventData":{"AccessedResources":[],"AppHost":"${host}","Contexts":[],"MessageIds":[],"Messages":[{"Id":"${random.token(8)}","isPrompt":true},{"Id":"${random.token(8)}","isPrompt":false}],"ThreadId":"${random.guid()}"}`

const kind = (
  weight: number,
  operation: string,
  recordType: string,
  workload: string,
  own: SpecialKind['own'],
): SpecialKind => ({ weight, operation, recordType, workload, own })

const KINDS: readonly SpecialKind[] = [
  kind(12, 'CreatePlugin', '310', 'Copilot', named('Plugin')),
  kind(8, 'UpdatePlugin', '311', 'Copilot', named('Plugin')),
  kind(4, 'DisablePlugin', '314', 'Copilot', named('Plugin')),
  kind(4, 'CreatePromptBook', '320', 'Copilot', named('PromptBook')),
  kind(
    3,
    'UpdateTenantSettings',
    '325',
    'Copilot',
    (random) =>
      `"ResultStatus":"Success","Property":"WebSearch","NewValue":"{\\"Enabled\\":${random.chance(0.5)}}","OldValue":""`,
  ),
  kind(
    10,
    'UpdateAgent',
    '"AgentAdminActivity"',
    'M365AdminCenter',
    (random, name, id) =>
      `"AgentID":"${id}","AgentName":"${name}","AgentType":${random.below(4)},"ForAllUsers":${random.chance(0.2)},"UserAssignments":["${random.guid()}"]`,
  ),
  kind(
    3,
    'UpdateAgentSettings',
    '"AgentSettingsAdminActivity"',
    'M365AdminCenter',
    (random) =>
      `"Property":"AllowedSources","NewValue":"Organization","OldValue":"All","ForAllUsers":true,"AddedIdentities":["${random.guid()}"]`,
  ),
  kind(
    10,
    'BotPublish',
    '256',
    'PowerPlatform',
    (random, name) =>
      `"ObjectId":"${random.guid()}","BotName":"${name}","EnvironmentId":"${random.guid()}","ResultStatus":"Success"`,
  ),
  kind(
    14,
    'ScheduledPromptExecute',
    '363',
    'Copilot',
    (random) =>
      `"AutomationId":"${random.guid()}","PromptText":"What changed in my mailbox since yesterday?","TriggerMode":"0 7 * * 1-5"`,
  ),
  kind(
    14,
    'OutlookCopilotAutomation',
    '373',
    'Copilot',
    (random) => `"AutomationId":"${random.guid()}","ResultStatus":"Success"`,
  ),
  kind(
    8,
    'AIInteractionCreatedNotification',
    '25',
    'MicrosoftTeams',
    (random) => `"SubscriptionId":"${random.guid()}","ResourceId":"${random.below(1_000_000_000)}"`,
  ),
  kind(
    5,
    'ConnectedAIAppInteraction',
    '328',
    'ConnectedAIApp',
    talk('Contoso Claims Bot', 'ConnectedAIApp.Entra.3d5a1c52-7a53-4d0e-9f2c-5f0a8a4d7b10'),
  ),
  kind(3, 'AIAppInteraction', '284', 'AIApp', talk('Unknown', 'AIApp.SaaS.Fabrikam')),
  kind(
    2,
    'TeamCopilotMsgInteraction',
    '334',
    'Copilot',
    talk('Teams', 'Copilot.TeamCopilot.AiNotes'),
  ),
]
const KIND_TABLE = new AliasTable(KINDS.map((one) => one.weight))

/** Writes the record of a session of kind `special`. */
export function writeSpecialRecord(
  out: Bytes,
  world: World,
  session: Session,
  turn: Turn,
  variant: Variant,
): WrittenRecord {
  const { random, cast } = world
  random.seed(world.seed, session.day, session.number, streamOf(turn, 3))
  const id = random.guid()
  const special = KINDS[KIND_TABLE.draw(random)] ?? KINDS[0]
  if (special === undefined) throw new Error('There are special kinds.')
  const member = cast.members[session.member]
  const agent = cast.agents[random.below(cast.agents.length)]
  const own = special.own(random, agent?.name ?? '', agent?.agentId ?? '')
  const noise =
    variant === 'annotated' || variant === 'reordered'
      ? '"@odata.type":"#microsoft.graph.security.auditData",'
      : ''
  const status = variant === 'version' ? '"Scope":0,' : ''
  out.ascii(
    `{${noise}"CreationTime":"${auditTime(turn.promptMs)}","Id":"${id}","Operation":"${special.operation}","OrganizationId":"${cast.tenantId}","RecordType":${special.recordType},${status}"UserKey":"${member?.objectId}","UserType":0,"Version":1,"Workload":"${special.workload}","ClientIP":"${member?.ip}","UserId":"${member?.upn}",${own}}`,
  )
  const recordType = special.recordType.replaceAll('"', '')
  return { id, atMs: turn.promptMs, recordType, operation: special.operation }
}
