// The world as Graph and Application Insights see it.
import type { TenantEvent } from '../event-day.ts'
import type { EmulatedPerson } from '../people.ts'
import type { World } from '../world.ts'
import { HistoryIndex } from './history-index.ts'
import type {
  AgentPackage,
  AuditEvent,
  PersonNow,
  TelemetryEvent,
  TenantView,
} from './tenant-view.ts'
import { telemetryOf } from '../app-insights/telemetry.ts'

const DAY_MS = 86_400_000
const PACKAGES = 60
const LICENSED = '2025-09-01T08:00:00Z'
const OPERATION = /"Operation":"([^"]*)"/

export class WorldView implements TenantView {
  readonly tenantId: string
  private readonly world: World
  private readonly index: HistoryIndex
  private readonly byKey = new Map<string, EmulatedPerson>()

  constructor(world: World) {
    this.world = world
    this.tenantId = world.tenantId
    this.index = new HistoryIndex(world)
    for (const person of world.people) {
      this.byKey.set(person.objectId.toLowerCase(), person)
      this.byKey.set(person.upn.toLowerCase(), person)
    }
  }

  now(): Date {
    return new Date(this.world.now())
  }

  people(): readonly PersonNow[] {
    return this.world.people.map((person) => this.shown(person))
  }

  person(key: string): PersonNow | null {
    const found = this.byKey.get(key.toLowerCase())
    return found === undefined ? null : this.shown(found)
  }

  mailbox(personId: string) {
    const found = this.byKey.get(personId.toLowerCase())
    return found === undefined ? [] : this.index.mailbox(found.index)
  }

  *arrived(fromMs: number, toMs: number) {
    for (const { person, item } of this.index.arrived(fromMs, toMs))
      yield { personId: this.world.people[person]?.objectId ?? '', item }
  }

  *removed(fromMs: number, toMs: number) {
    for (const { person, item } of this.index.removed(fromMs, toMs))
      yield { personId: this.world.people[person]?.objectId ?? '', item }
  }

  /** Of a record that was served several times, the first serving. */
  *audit(fromMs: number, toMs: number): Generator<AuditEvent> {
    const { world } = this
    const last = Math.min(toMs, world.now())
    for (let ms = Math.max(fromMs, world.firstDayMs); ms < last; ms = midnight(ms) + DAY_MS) {
      const day = world.eventDayOf(ms)
      const seen = new Set<string>()
      for (const event of day?.events ?? []) {
        if (day === undefined || event.kind === 'interaction') continue
        if (event.occurredAt < fromMs || event.occurredAt >= toMs) continue
        if (event.id !== '' && seen.has(event.id)) continue
        seen.add(event.id)
        yield auditEvent(event, () => day.bytes(event))
      }
    }
  }

  telemetry(fromMs: number, toMs: number): Iterable<TelemetryEvent> {
    const { makers, options, firstDayMs } = this.world
    const now = this.world.now()
    return telemetryOf(options.seed, makers.cast, Math.max(fromMs, firstDayMs), Math.min(toMs, now))
  }

  packages(): readonly AgentPackage[] {
    return this.world.makers.cast.agents.slice(0, PACKAGES).map((agent) => {
      const [title = agent.agentId, own] = agent.agentId.split('.').slice(-2)
      const microsoft = agent.kind === 'microsoft'
      return {
        id: title.startsWith('T_') || title.startsWith('P_') ? title : `T_${agent.runtimeId}`,
        displayName: agent.name,
        type: microsoft ? 'microsoft' : agent.kind === 'sharepoint' ? 'shared' : 'custom',
        publisher: microsoft ? 'Microsoft' : 'Contoso',
        appId: own ?? agent.runtimeId,
        modifiedAt: '2026-01-06T00:07:20.1467852Z',
      }
    })
  }

  close(): void {
    this.index.close()
  }

  private shown(person: EmulatedPerson): PersonNow {
    const { world } = this
    const now = world.now()
    const { licenceNotice } = person
    const ended = world.licenceEnded(person)
    const licensed = world.isLicensed(person)
    return {
      id: person.objectId,
      upn: person.upn,
      displayName: person.displayName,
      enabled: true,
      licensed,
      licenceChangedAt: licensed || ended === null ? LICENSED : new Date(ended).toISOString(),
      everLicensed: person.isLicensed,
      licenceEnding: licensed && licenceNotice !== null && now >= licenceNotice,
      mailbox: person.hasMailbox,
      dataLocation: person.dataLocation,
    }
  }
}

function auditEvent(event: TenantEvent, bytes: () => Buffer): AuditEvent {
  return {
    occurredMs: event.occurredAt,
    availableMs: event.availableAt,
    get operation() {
      return OPERATION.exec(bytes().toString())?.[1] ?? ''
    },
    bytes,
  }
}

const midnight = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS
