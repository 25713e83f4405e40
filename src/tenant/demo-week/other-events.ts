import { commonPart, type AuditRecord, type Json } from './audit-records.ts'
import { AGENTS, MATERIALS, type MaterialKey, type Who } from './firm.ts'
import { guidOf, threadOf } from './ids.ts'
import type { Day } from './story.ts'

/** An audit record that is no exchange. */
export interface OtherEvent {
  readonly day: Day
  /** Whether it concerns Copilot or an agent at all; the others are dropped and counted. */
  readonly ai: boolean
  readonly record: AuditRecord
}

/** What administrators, agents and Microsoft's services did beside the exchanges, and the everyday events between them. */
export const OTHER_EVENTS: readonly OtherEvent[] = [
  ai('2026-03-02', '08:55:31', 'theo', 310, 'CreatePlugin', 'Copilot', {
    ObjectId: 'Contoso Custody Lookup',
    ResultStatus: 'Success',
  }),
  ai('2026-03-02', '09:32:18', 'avery', 363, 'ScheduledPromptCreated', 'Copilot', {
    AutomationId: guidOf('automation briefing'),
    PromptText: 'Every Wednesday at seven: list what happened on Project Heron since last week.',
    TriggerMode: '0 7 * * 3',
  }),
  ai('2026-03-03', '10:12:44', 'theo', 'AgentAdminActivity', 'EnableAgent', 'M365AdminCenter', {
    AgentID: AGENTS.desk.agentId,
    AgentName: AGENTS.desk.name,
    AgentType: 4,
    ForAllUsers: true,
  }),
  ai('2026-03-03', '10:02:09', 'theo', 256, 'BotPublish', 'PowerPlatform', {
    ObjectId: AGENTS.desk.name,
    ResultStatus: 'Success',
  }),
  ai('2026-03-04', '07:00:06', 'avery', 363, 'ScheduledPromptExecute', 'Copilot', {
    AutomationId: guidOf('automation briefing'),
    PromptText: 'Every Wednesday at seven: list what happened on Project Heron since last week.',
    TriggerMode: '0 7 * * 3',
  }),
  ai('2026-03-04', '16:40:27', 'theo', 325, 'UpdateTenantSettings', 'Copilot', {
    ResultStatus: 'Success',
    ModifiedProperties: [{ Name: 'AllowWebSearch', NewValue: 'false', OldValue: 'true' }],
  }),
  ai('2026-03-05', '16:10:50', 'priya', 362, 'AIInteractionsExport', 'Copilot', {
    ResultStatus: 'Success',
  }),
  ai('2026-03-06', '08:09:09', 'avery', 25, 'AIInteractionCreatedNotification', 'MicrosoftTeams', {
    ResultStatus: 'Success',
    ThreadId: threadOf('notified'),
  }),

  everyday('2026-03-02', '07:41:16', 'avery', 15, 'UserLoggedIn', 'AzureActiveDirectory'),
  fileEvent('2026-03-02', '09:04:48', 'sasha', 6, 'FileAccessed', 'marketLetter'),
  fileEvent('2026-03-03', '09:03:52', 'avery', 6, 'FileAccessed', 'heron'),
  everyday('2026-03-03', '14:58:30', 'sasha', 25, 'MeetingParticipantDetail', 'MicrosoftTeams'),
  fileEvent('2026-03-04', '11:39:12', 'dylan', 6, 'FileAccessed', 'onboarding'),
  everyday('2026-03-04', '09:49:25', 'sasha', 2, 'Send', 'Exchange'),
  fileEvent('2026-03-05', '10:00:02', 'nadia', 6, 'FileModified', 'onboarding'),
  everyday('2026-03-05', '08:21:41', 'sasha', 50, 'MailItemsAccessed', 'Exchange'),
  fileEvent('2026-03-06', '08:40:15', 'avery', 14, 'SharingSet', 'marketLetter'),
  everyday('2026-03-06', '15:40:00', 'nadia', 25, 'MessageSent', 'MicrosoftTeams'),
]

type Details = { readonly [name: string]: Json }

function ai(
  day: Day,
  at: string,
  who: Who,
  recordType: number | string,
  operation: string,
  workload: string,
  details: Details,
): OtherEvent {
  return event(true, day, at, who, { recordType, operation, workload }, details)
}

function everyday(
  day: Day,
  at: string,
  who: Who,
  recordType: number,
  operation: string,
  workload: string,
): OtherEvent {
  const details = { ResultStatus: 'Succeeded' }
  return event(false, day, at, who, { recordType, operation, workload }, details)
}

function fileEvent(
  day: Day,
  at: string,
  who: Who,
  recordType: number,
  operation: string,
  material: MaterialKey,
): OtherEvent {
  const { name, url } = MATERIALS[material]
  const details = { ItemType: 'File', ObjectId: url, SourceFileName: name }
  return event(false, day, at, who, { recordType, operation, workload: 'SharePoint' }, details)
}

function event(
  isAi: boolean,
  day: Day,
  at: string,
  who: Who,
  what: { recordType: number | string; operation: string; workload: string },
  details: Details,
): OtherEvent {
  const id = guidOf(`event ${day} ${at} ${what.operation}`)
  const record = { ...commonPart(id, Date.parse(`${day}T${at}Z`), who, what), ...details }
  return { day, ai: isAi, record }
}
