import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { FeedDesk } from '../feed.ts'
import { encryptedContentOf, openContent, type EncryptedContent } from './encrypted-content.ts'
import type { Keys } from './keys.ts'
import { knownScope, noteLifecycle } from './subscription-book.ts'
import { announceContents, announceSweep, TENANT_SCOPE } from './units.ts'

/** What the receiver works with; null until the feed has been planned once. */
export interface ReceiverPorts {
  readonly desk: FeedDesk
  readonly keys: Keys
}

const MOST_BYTES = 32 << 20
const MOST_ENTRIES = 10_000
const TOKEN_LENGTH = 2_048
/** An answer follows its prompt: a look at the history waits for it. */
const EXCHANGE_MS = 2 * 60_000

/**
 * Takes change notifications. Anybody may send something here: only what carries our state and decrypts under our key
 * is kept, and it is durable before Graph is told so. Whatever else it says at most has a history read again.
 */
export function notificationReceiver(ports: () => ReceiverPorts | null): Hono {
  const app = new Hono()
  app.post(
    '*',
    bodyLimit({ maxSize: MOST_BYTES, onError: (c) => c.body(null, 413) }),
    async (c) => {
      // Graph sees whether somebody is here; the text is echoed as text.
      const token = c.req.query('validationToken')
      if (token !== undefined)
        return token.length > TOKEN_LENGTH
          ? c.body(null, 400)
          : c.text(token, 200, { 'x-content-type-options': 'nosniff' })
      const known = ports()
      // Graph sends it again.
      if (known === null) return c.body(null, 503)
      const entries = entriesOf(await c.req.json().catch(() => null))
      if (entries === null) return c.body(null, 400)
      const refused = takeEntries(entries, known)
      if (refused > 0)
        known.desk.notice({
          code: 'NOTIFICATION_REFUSED',
          subject: 'graph-notifications',
          message: `Somebody sent ${refused} notifications that are not Graph's, or are encrypted for another certificate: if the certificate was changed just now this passes, else limit who can reach the address`,
        })
      return c.body(null, 202)
    },
  )
  app.all('*', (c) => c.body(null, 405))
  // What could not be kept (the collector is ending, the disk is full) is sent again.
  app.onError((_error, c) => c.body(null, 503))
  return app
}

/** How many were not ours. */
function takeEntries(entries: readonly Fields[], { desk, keys }: ReceiverPorts): number {
  const contents = new Map<string, EncryptedContent[]>()
  const seen: Seen[] = []
  const sweeps = new Set<string>()
  let refused = 0
  for (const entry of entries) {
    const id = entry.get('subscriptionId')
    const scope = typeof id === 'string' ? knownScope(desk, id) : null
    if (scope === null || !isOurs(entry.get('clientState'), keys.clientState)) {
      refused += 1
      continue
    }
    const event = entry.get('lifecycleEvent')
    if (typeof event === 'string') {
      noteLifecycle(desk, scope, event)
      continue
    }
    const content = encryptedContentOf(entry.get('encryptedContent'))
    if (content === null) sweeps.add(scope)
    else {
      const item = openContent(content, keys.privateKey)
      if (item === null) refused += 1
      else if (scope === TENANT_SCOPE) seen.push(seenIn(item))
      else contents.set(scope, [...(contents.get(scope) ?? []), content])
    }
  }
  for (const [person, all] of contents) announceContents(desk, person, all)
  const now = desk.now().getTime()
  for (const scope of sweeps) if (scope !== TENANT_SCOPE) announceSweep(desk, scope, now, now)
  sweepAuthors(desk, seen)
  return refused
}

interface Seen {
  readonly person: string | null
  readonly createdMs: number
}

/**
 * A subscription to the tenant does not say in whose history an item lies, and an item without that would be another
 * record than the same one read from the history. So it only says whose history to read; an answer names nobody, its
 * prompt does.
 */
function sweepAuthors(desk: FeedDesk, seen: readonly Seen[]): void {
  const spans = new Map<string, { from: number; to: number }>()
  for (const { person, createdMs } of seen) {
    if (person === null) continue
    const { from, to } = spans.get(person) ?? { from: createdMs, to: createdMs }
    spans.set(person, { from: Math.min(from, createdMs), to: Math.max(to, createdMs) })
  }
  for (const [person, { from, to }] of spans) announceSweep(desk, person, from, to + EXCHANGE_MS)
}

function seenIn(item: Buffer): Seen {
  let fields: Fields = new Map()
  try {
    fields = fieldsOf(JSON.parse(item.toString('utf8')))
  } catch {
    // What is no item says nothing.
  }
  const id = fieldsOf(fieldsOf(fields.get('from')).get('user')).get('id')
  const createdMs = Date.parse(String(fields.get('createdDateTime')))
  const isPerson = typeof id === 'string' && /^[0-9a-f-]{36}$/i.test(id)
  return isPerson && !Number.isNaN(createdMs)
    ? { person: id.toLowerCase(), createdMs }
    : { person: null, createdMs: 0 }
}

type Fields = ReadonlyMap<string, unknown>

const fieldsOf = (value: unknown): Fields =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

/** Graph's documentation shows single ones without the list around them. Null: no notification. */
function entriesOf(body: unknown): readonly Fields[] | null {
  const outer = fieldsOf(body)
  const value = outer.get('value')
  if (Array.isArray(value)) return value.slice(0, MOST_ENTRIES).map(fieldsOf)
  return outer.has('subscriptionId') ? [outer] : null
}

function isOurs(given: unknown, ours: string): boolean {
  if (typeof given !== 'string') return false
  const [one, other] = [Buffer.from(given), Buffer.from(ours)]
  return one.length === other.length && timingSafeEqual(one, other)
}
