import { hash } from 'node:crypto'
import type { FeedDesk, Json, Unit } from '../feed.ts'
import { encryptedContentOf, type EncryptedContent } from './encrypted-content.ts'

/** The scope of a subscription to the whole tenant; else it is a person's object id. */
export const TENANT_SCOPE = 'tenant'

/** Bounds of a history are exclusive, and clocks differ. */
const OVERLAP_MS = 5 * 60_000

/** What there is to do: keep what a notification brought, or read a person's history again. */
export type Task =
  | {
      readonly type: 'notified'
      readonly person: string
      readonly contents: readonly EncryptedContent[]
    }
  | { readonly type: 'sweep'; readonly person: string; readonly from: number; readonly to: number }

/** Queues what was notified, still encrypted: it is durable when this returns, and readable for nobody without the key. */
export function announceContents(
  desk: FeedDesk,
  person: string,
  contents: readonly EncryptedContent[],
): void {
  const now = desk.now().getTime()
  const signatures = contents.map(({ dataSignature }) => dataSignature).join(' ')
  const body: Task = { type: 'notified', person, contents }
  announce(desk, `notified ${person} ${hash('sha256', signatures, 'hex')}`, body, now, now + 1)
}

/** Queues a look at a person's history; `to` may lie ahead: what it waits for is not there yet. */
export function announceSweep(desk: FeedDesk, person: string, from: number, to: number): void {
  const body: Task = { type: 'sweep', person, from: from - OVERLAP_MS, to }
  announce(desk, `sweep ${person} ${iso(from)} ${iso(to)}`, body, from, Math.max(from + 1, to))
}

/** The people whom a subscription tells of. */
export const peopleOf = (desk: FeedDesk, scope: string): readonly string[] =>
  scope === TENANT_SCOPE
    ? desk
        .people()
        .flatMap(({ id, licensed, mailbox }) => (licensed && mailbox !== false ? [id] : []))
    : [scope]

function announce(desk: FeedDesk, key: string, body: Task, from: number, to: number): void {
  const span = { from: iso(from), to: iso(to) }
  const { person } = body
  const unit: Unit = { key, scope: person, span, availableAt: null, expiresAt: null, body }
  desk.announce({ scope: person, span, pages: 1, complete: true, units: [unit] })
}

/** Null: no task of this version's. */
export function taskOf(body: Json): Task | null {
  if (typeof body !== 'object' || body === null) return null
  const fields = new Map<string, Json>(Object.entries(body))
  const person = fields.get('person')
  if (typeof person !== 'string') return null
  if (fields.get('type') === 'sweep')
    return { type: 'sweep', person, from: Number(fields.get('from')), to: Number(fields.get('to')) }
  const contents = fields.get('contents')
  if (!Array.isArray(contents)) return null
  const all: readonly unknown[] = contents
  return { type: 'notified', person, contents: all.flatMap((one) => encryptedContentOf(one) ?? []) }
}

const iso = (ms: number): string => new Date(ms).toISOString()
