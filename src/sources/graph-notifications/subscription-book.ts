import type { FeedDesk, Json } from '../feed.ts'

/** A subscription as the feed remembers it. */
export interface Subscribed {
  /** Empty: there is none now. */
  readonly id: string
  readonly expiresMs: number
  /** Until then nothing was missed. */
  readonly aliveMs: number
  /** Graph wants to be asked again, or has lost something: see to it at once. */
  readonly isUrgent: boolean
}

export function subscribedTo(desk: FeedDesk, scope: string): Subscribed | null {
  const said = fieldsOf(desk.state(`subscribed ${scope}`))
  const id = said.get('id')
  if (typeof id !== 'string') return null
  return {
    id,
    expiresMs: Number(said.get('expiresMs')),
    aliveMs: Number(said.get('aliveMs')),
    isUrgent: said.get('isUrgent') === true,
  }
}

export function noteSubscribed(desk: FeedDesk, scope: string, subscribed: Subscribed): void {
  // The scope of an id stays known: what was sent under it may still be on its way.
  if (subscribed.id !== '') desk.saveState(`scope ${subscribed.id}`, scope)
  desk.saveState(`subscribed ${scope}`, { ...subscribed })
}

export function knownScope(desk: FeedDesk, id: string): string | null {
  const scope = desk.state(`scope ${id}`)
  return typeof scope === 'string' ? scope : null
}

/** What Graph says of a subscription: to be renewed, gone, or that something was not delivered. */
export function noteLifecycle(desk: FeedDesk, scope: string, event: string): void {
  const known = subscribedTo(desk, scope)
  if (known === null) return
  if (event === 'subscriptionRemoved') noteSubscribed(desk, scope, { ...known, id: '' })
  else noteSubscribed(desk, scope, { ...known, isUrgent: true })
  if (event === 'missed') desk.saveState(`missed ${scope}`, desk.now().getTime())
}

/** When Graph said last that something was missed, once. */
export function takeMissed(desk: FeedDesk, scope: string): boolean {
  const at = desk.state(`missed ${scope}`)
  if (typeof at !== 'number') return false
  desk.saveState(`missed ${scope}`, null)
  return true
}

const fieldsOf = (value: Json): ReadonlyMap<string, Json> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
