import type { FaultName } from '../faults.ts'
import type { StoredItem } from './mailbox-file.ts'

// What Graph and Application Insights see of the tenant. The world offers more; this is all they need, and what tests make.

/** A person as the directory shows them at one moment. */
export interface PersonNow {
  readonly id: string
  readonly upn: string
  readonly displayName: string
  readonly enabled: boolean
  /** Plan M365_COPILOT_BUSINESS_CHAT is on. */
  readonly licensed: boolean
  /** When the licence was given, or taken away again: ISO. */
  readonly licenceChangedAt: string
  /** Whether they ever had the licence: a licence taken away leaves a plan marked Deleted. */
  readonly everLicensed: boolean
  /** Soon no more. */
  readonly licenceEnding: boolean
  readonly mailbox: boolean
  readonly dataLocation: string | null
}

/** One version of an aiInteraction in somebody's mailbox. */
export interface MailboxItem {
  readonly id: string
  /** 1 as first served; more after an edit, under another etag. */
  readonly version: number
  readonly createdMs: number
  /** From when on it is served, and from when on no longer since a later version replaced it. */
  readonly availableMs: number
  readonly replacedMs: number
  /** When its person deletes it; Infinity: never. */
  readonly deletedMs: number
  readonly isPrompt: boolean
  /** Lower case, whole: `ipm.skypeteams.message.copilot.word`. */
  readonly appClass: string
  readonly folder: MailboxFolder
  /** The fault that made it what it is. */
  readonly fault: FaultName | null
  readonly lies: StoredItem
}

export type MailboxFolder = 'TeamsMessagesData' | 'TeamChat'

/** A record of the audit log, in the bytes that the Management API serves. */
export interface AuditEvent {
  readonly occurredMs: number
  readonly availableMs: number
  readonly operation: string
  bytes(): Uint8Array
}

export interface TelemetryEvent {
  readonly appId: string
  readonly id: string
  readonly occurredMs: number
  readonly availableMs: number
  /** One row as JSON: timestamp, name, customDimensions … */
  bytes(): Uint8Array
}

export interface AgentPackage {
  readonly id: string
  readonly displayName: string
  readonly type: 'microsoft' | 'external' | 'shared' | 'custom'
  readonly publisher: string
  readonly appId: string
  readonly modifiedAt: string
}

export interface TenantView {
  readonly tenantId: string
  now(): Date
  people(): readonly PersonNow[]
  /** By object id or UPN, without case. */
  person(key: string): PersonNow | null
  /** Everything of a person that was or will be served by now, newest first. */
  mailbox(personId: string): readonly MailboxItem[]
  /** Items of anybody that became available after `fromMs`, up to and with `toMs`. */
  arrived(
    fromMs: number,
    toMs: number,
  ): Iterable<{ readonly personId: string; readonly item: MailboxItem }>
  /** Items of anybody that were served and then deleted, after `fromMs`, up to and with `toMs`. */
  removed(
    fromMs: number,
    toMs: number,
  ): Iterable<{ readonly personId: string; readonly item: MailboxItem }>
  /** Half-open, by when it happened. */
  audit(fromMs: number, toMs: number): Iterable<AuditEvent>
  telemetry(fromMs: number, toMs: number): Iterable<TelemetryEvent>
  packages(): readonly AgentPackage[]
}
