import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FeedDesk } from '../feed.ts'
import type { Keys } from './keys.ts'
import { noteSubscribed, subscribedTo, takeMissed } from './subscription-book.ts'
import { announceSweep, peopleOf, TENANT_SCOPE } from './units.ts'

export interface SubscriptionPorts {
  readonly client: CloudClient
  readonly keys: Keys
  /** Where Graph sends notifications, and what it says of the subscription: without the latter one lives an hour at most. */
  readonly url: string
}

const BUDGET = 'graph-subscriptions'
const HOUR_MS = 3_600_000
const LIFE_MS = 24 * HOUR_MS
/** One who could not be subscribed to is tried again after that. */
const REST_MS = 6 * HOUR_MS

/** Sees to one subscription: makes it, renews it in time, and has read again what it may have missed. */
export async function keepSubscribed(
  ports: SubscriptionPorts,
  desk: FeedDesk,
  scope: string,
  signal: AbortSignal,
): Promise<void> {
  const now = desk.now().getTime()
  const known = subscribedTo(desk, scope)
  const missed = takeMissed(desk, scope)
  if (missed && known !== null) recover(desk, scope, known.aliveMs, now)
  if (known !== null && known.id !== '' && known.expiresMs > now) {
    if (!known.isUrgent && known.expiresMs - now > LIFE_MS / 2) return
    const expiresMs = now + LIFE_MS
    if (await renewed(ports, known.id, expiresMs, signal)) {
      noteSubscribed(desk, scope, { id: known.id, expiresMs, aliveMs: now, isUrgent: false })
      return
    }
  }
  const refusedAt = desk.state(`refused ${scope}`)
  if (typeof refusedAt === 'number' && now - refusedAt < REST_MS) return
  const expiresMs = now + LIFE_MS
  const id = await created(ports, scope, expiresMs, signal)
  if (id === null) {
    desk.saveState(`refused ${scope}`, now)
    return
  }
  noteSubscribed(desk, scope, { id, expiresMs, aliveMs: now, isUrgent: false })
  // Nothing was delivered between the last sign of life and now.
  if (known !== null) recover(desk, scope, known.aliveMs, now)
}

/** Ends a subscription for good: there is nothing to be told of any more. */
export async function unsubscribe(
  ports: Pick<SubscriptionPorts, 'client'>,
  desk: FeedDesk,
  scope: string,
  signal: AbortSignal,
): Promise<void> {
  await endSubscription(ports, desk, scope, signal)
  desk.saveState(`subscribed ${scope}`, null)
}

/** Ends a subscription that another one follows, under another certificate. */
export async function endSubscription(
  { client }: Pick<SubscriptionPorts, 'client'>,
  desk: FeedDesk,
  scope: string,
  signal: AbortSignal,
): Promise<void> {
  const known = subscribedTo(desk, scope)
  if (known === null || known.id === '') return
  const url = `${client.root('graph')}/v1.0/subscriptions/${known.id}`
  const request = { audience: 'graph', url, method: 'DELETE', budget: BUDGET } as const
  await (await client.send({ ...request, accept: [404] }, signal)).discard()
  noteSubscribed(desk, scope, { ...known, id: '' })
}

export function recover(desk: FeedDesk, scope: string, from: number, to: number): void {
  for (const person of peopleOf(desk, scope)) announceSweep(desk, person, from, to)
}

async function renewed(
  { client }: SubscriptionPorts,
  id: string,
  expiresMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await client.send(
    {
      audience: 'graph',
      url: `${client.root('graph')}/v1.0/subscriptions/${id}`,
      method: 'PATCH',
      json: { expirationDateTime: new Date(expiresMs).toISOString() },
      budget: BUDGET,
      accept: [404],
    },
    signal,
  )
  await answer.discard()
  return answer.status !== 404
}

/** Null: the person has no licence or mailbox, so there is nothing to be told of. */
async function created(
  { client, keys, url }: SubscriptionPorts,
  scope: string,
  expiresMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const whose = scope === TENANT_SCOPE ? '' : `/users/${scope}`
  try {
    const answer = await client.send(
      {
        audience: 'graph',
        url: `${client.root('graph')}/v1.0/subscriptions`,
        method: 'POST',
        json: {
          changeType: 'created,deleted,updated',
          notificationUrl: url,
          lifecycleNotificationUrl: url,
          resource: `/copilot${whose}/interactionHistory/getAllEnterpriseInteractions`,
          includeResourceData: true,
          encryptionCertificate: keys.certificate,
          encryptionCertificateId: keys.certificateId,
          expirationDateTime: new Date(expiresMs).toISOString(),
          clientState: keys.clientState,
        },
        budget: BUDGET,
      },
      signal,
    )
    const body: unknown = await answer.json()
    const id = typeof body === 'object' && body !== null && 'id' in body ? body.id : null
    if (typeof id === 'string' && id !== '') return id
    throw new CloudError('BODY_NOT_JSON', 'Graph made a subscription and did not name it')
  } catch (error) {
    const isRefusal =
      error instanceof CloudError && (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND')
    if (isRefusal && scope !== TENANT_SCOPE) return null
    throw error
  }
}
