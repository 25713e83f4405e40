import { citedIn } from './citations.ts'
import { AGENTS, COLLEAGUES, MATERIALS, TENANT_ID, type Material, type Who } from './firm.ts'
import { guidOf, numberOf, threadOf } from './ids.ts'
import { momentCalled, type Moment } from './moments.ts'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json }

/** One unified-audit record. */
export type AuditRecord = { readonly [name: string]: Json } & {
  readonly Id: string
  readonly CreationTime: string
  readonly RecordType: number | string
  readonly Operation: string
  readonly UserId: string
}

const RUNTIME_LEAD_MS = 5_000

/** The audit records of one turn; two for a custom-engine agent, whose runtime logs for itself; none when Microsoft wrote none. */
export function auditRecordsOf(moment: Moment): AuditRecord[] {
  if (moment.turn.only === 'graph') return []
  const client = clientRecord(moment)
  const { agent } = moment.turn
  const runtime = agent === undefined ? null : AGENTS[agent].runtime
  if (runtime === null) return [client]
  return [runtimeRecord(moment, runtime), client]
}

/** Id of the record that an agent's runtime wrote for the turn called so. */
export const runtimeRecordId = (turn: string): string => guidOf(`runtime ${momentCalled(turn).key}`)

/** The part that every audit record has; times have no zone and whole seconds, as the Management Activity API serves them. */
export function commonPart(
  id: string,
  at: number,
  who: Who,
  what: { recordType: number | string; operation: string; workload: string },
): AuditRecord {
  const { objectId, upn, ip } = COLLEAGUES[who]
  return {
    CreationTime: new Date(at).toISOString().slice(0, 19),
    Id: id,
    Operation: what.operation,
    OrganizationId: TENANT_ID,
    RecordType: what.recordType,
    UserKey: objectId,
    UserType: 0,
    Version: 1,
    Workload: what.workload,
    ClientIP: ip,
    UserId: upn,
  }
}

const COPILOT = { recordType: 261, operation: 'CopilotInteraction', workload: 'Copilot' }

function clientRecord(moment: Moment): AuditRecord {
  const { turn, auditId, askedAt, answeredAt, sessionId } = moment
  const agent = turn.agent === undefined ? null : AGENTS[turn.agent]
  const appIdentity =
    agent?.appIdentity ??
    `Copilot.MicrosoftCopilot.${turn.app === 'Chat' ? 'BizChat' : 'Microsoft365Copilot'}`
  return {
    ...commonPart(auditId, answeredAt, turn.who, COPILOT),
    ClientRegion: COLLEAGUES[turn.who].region,
    CopilotLogVersion: '1.0.0.0',
    AppIdentity: appIdentity,
    ...(agent !== null && { AgentId: agent.agentId, AgentName: agent.name }),
    CopilotEventData: {
      AISystemPlugin: turn.web === true ? [{ Id: 'BingWebSearch', Name: 'BuiltIn' }] : [],
      AccessedResources: resourcesOf(moment),
      AppHost: appHost(moment),
      Contexts: contextsOf(moment),
      ...(agent !== null &&
        agent.runtime !== null && {
          ConversationId: guidOf(`conversation ${moment.key}`),
          TargetAgentName: agent.name,
        }),
      LicenseType: 'Premium',
      MessageIds: [],
      Messages: [
        { Id: String(askedAt), JailbreakDetected: turn.jailbreak === true, isPrompt: true },
        { Id: String(answeredAt), isPrompt: false },
      ],
      ModelTransparencyDetails: turn.model === undefined ? [] : [{ ModelName: turn.model }],
      ThreadId: sessionId,
    },
  }
}

function runtimeRecord(
  moment: Moment,
  runtime: { readonly agentId: string; readonly appIdentity: string },
): AuditRecord {
  const { key, turn, answeredAt } = moment
  return {
    ...commonPart(guidOf(`runtime ${key}`), answeredAt - RUNTIME_LEAD_MS, turn.who, COPILOT),
    CopilotLogVersion: '1.0.0.0',
    AppIdentity: runtime.appIdentity,
    AgentId: runtime.agentId,
    AgentPlatform: 'CopilotStudio',
    CopilotEventData: {
      AccessedResources: [],
      AppHost: 'm365copilot',
      ConversationId: guidOf(`conversation ${key}`),
      MessageIds: [],
      PlatformAgentType: 'CopilotStudio',
      ThreadId: threadOf(`runtime ${key}`),
    },
  }
}

function appHost({ turn }: Moment): string {
  if (turn.agent === 'desk') return 'Office'
  return turn.app === 'Chat' ? 'BizChat' : turn.app
}

function contextsOf({ turn, meetingThread }: Moment): Json[] {
  if (meetingThread !== null)
    return [{ Id: `https://microsoft.teams.com/threads/${meetingThread}`, Type: 'TeamsMeeting' }]
  if (turn.on === undefined) return []
  const { url, type } = MATERIALS[turn.on]
  return [{ Id: url, Type: type }]
}

function resourcesOf({ turn }: Moment): Json[] {
  const keys = new Set([
    ...(turn.on === undefined ? [] : [turn.on]),
    ...(turn.reads ?? []),
    ...(turn.blocked === undefined ? [] : [turn.blocked]),
    ...citedIn(turn.answer).filter((key) => key !== turn.unlisted),
  ])
  return [...keys].map((key) => {
    const resource = resourceOf(MATERIALS[key], turn.injected === key)
    return key === turn.blocked ? { ...resource, Status: 'failure', ...BLOCKED } : resource
  })
}

function resourceOf(material: Material, injected: boolean): { readonly [name: string]: Json } {
  const { name, type, url, labelId, place } = material
  const id = guidOf(`material ${name}`)
  return {
    Action: place === 'search' ? 'Search' : 'Read',
    Id: place === 'mail' ? mailId(id) : id,
    ...(place === 'file' && { ListItemUniqueId: id }),
    Name: name,
    ...(labelId !== null && { SensitivityLabelId: labelId }),
    ...(url !== null && { SiteUrl: url }),
    Status: 'success',
    Type: type,
    XPIADetected: injected,
  }
}

// Shaped like the item ids of Exchange, which are long base64 text.
function mailId(id: string): string {
  return `AAMkA${Buffer.from(`${id}${numberOf(id, 1e9)}`).toString('base64')}AAA=`
}

const BLOCKED = {
  PolicyDetails: [
    {
      PolicyId: guidOf('policy heron'),
      PolicyName: 'Keep Copilot out of Confidential files',
      Rules: [
        {
          Actions: ['BlockAccess'],
          RuleId: guidOf('rule heron'),
          RuleMode: 'Enforce',
          RuleName: 'Label is Confidential and user is not an insider',
          Severity: 'High',
        },
      ],
    },
  ],
} as const
