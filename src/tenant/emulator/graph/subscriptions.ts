// /subscriptions: who is told of changes, until when, and under which key.
import type { X509Certificate } from 'node:crypto'
import { COPILOT_PLANS } from './plans.ts'
import type { GraphDesk } from './desk.ts'
import { readCertificate } from './encrypted-content.ts'
import { demandHistory } from './history.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, field, GraphRefusal, jsonAnswer, textField } from './wire.ts'

const HOUR = 3_600_000
const LONGEST = 4320 * 60_000
const PER_USER = /^\/?copilot\/users\/([^/]+)\/interactionhistory\/getallenterpriseinteractions$/i
const TENANT = /^\/?copilot\/interactionhistory\/getallenterpriseinteractions$/i
// Top-level properties, equal or not.
const FILTER = /^(\w+)\s+(eq|ne)\s+'([^']*)'$/i

export interface Subscription {
  readonly id: string
  readonly resource: string
  readonly changeTypes: readonly string[]
  readonly notificationUrl: string
  readonly lifecycleNotificationUrl: string | null
  /** Null: the whole tenant. */
  readonly personId: string | null
  readonly filter: {
    readonly property: string
    readonly equal: boolean
    readonly value: string
  } | null
  readonly clientState: string | null
  readonly certificate: { readonly id: string; readonly read: X509Certificate } | null
  readonly applicationId: string
  readonly createdMs: number
  expiresMs: number
  /** Asked to authorise again before this expiry; 0 when not. */
  remindedOf: number
}

/** Asks the subscriber to echo the token; true when it did. */
export type Handshake = (url: string, token: string) => Promise<boolean>

export class Subscriptions {
  readonly all = new Map<string, Subscription>()
  private readonly desk: GraphDesk
  private readonly handshake: Handshake

  constructor(desk: GraphDesk, handshake: Handshake) {
    this.desk = desk
    this.handshake = handshake
  }

  async create(request: GraphRequest, applicationId: string): Promise<GraphAnswer> {
    const made = this.read(request, applicationId)
    const urls = [made.notificationUrl, made.lifecycleNotificationUrl ?? made.notificationUrl]
    for (const url of new Set(urls)) {
      const token = `Validation: Testing client application reachability for subscription Request-Id: ${made.id}`
      // oxlint-disable-next-line no-await-in-loop -- one address after the other, as Graph does
      if (await this.handshake(url, token)) continue
      throw new GraphRefusal(
        400,
        'ValidationError',
        'Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.',
      )
    }
    this.all.set(made.id, made)
    return jsonAnswer(201, {
      '@odata.context': `${request.root}/$metadata#subscriptions/$entity`,
      ...shown(made),
    })
  }

  renew(request: GraphRequest, id: string): GraphAnswer {
    const found = this.find(id)
    found.expiresMs = this.expiry(request.body, found.lifecycleNotificationUrl)
    return jsonAnswer(200, {
      '@odata.context': `${request.root}/$metadata#subscriptions/$entity`,
      ...shown(found),
    })
  }

  reauthorise(id: string): GraphAnswer {
    this.find(id).remindedOf = 0
    return { status: 204, headers: {}, body: null }
  }

  remove(id: string): GraphAnswer {
    this.all.delete(this.find(id).id)
    return { status: 204, headers: {}, body: null }
  }

  list(request: GraphRequest): GraphAnswer {
    this.dropExpired()
    return jsonAnswer(200, {
      '@odata.context': `${request.root}/$metadata#subscriptions`,
      value: [...this.all.values()].map(shown),
    })
  }

  one(id: string): GraphAnswer {
    return jsonAnswer(200, shown(this.find(id)))
  }

  /** Graph forgets a subscription when it expires, and says nothing. */
  dropExpired(): void {
    const now = this.desk.view.now().getTime()
    for (const { id, expiresMs } of this.all.values()) if (expiresMs <= now) this.all.delete(id)
  }

  private find(id: string): Subscription {
    this.dropExpired()
    const found = this.all.get(id)
    if (found !== undefined) return found
    throw new GraphRefusal(404, 'ResourceNotFound', 'The object was not found.')
  }

  private read(request: GraphRequest, applicationId: string): Subscription {
    const { body } = request
    const resource = textField(body, 'resource')
    const [path = '', query] = resource.split('?')
    const user = PER_USER.exec(path)?.[1]
    if (user === undefined && !TENANT.test(path))
      throw invalid(`Resource '${path.slice(0, 100)}' is not supported.`)
    const person = user === undefined ? null : this.desk.view.person(user)
    if (user === undefined) {
      demandRole(request, 'AiEnterpriseInteraction.Read.All')
      this.demandTenantPlans()
    } else {
      demandRole(request, 'AiEnterpriseInteraction.Read.All', 'AiEnterpriseInteraction.Read.User')
      demandHistory(person)
    }
    const notificationUrl = loopbackUrl(textField(body, 'notificationUrl'))
    const lifecycle = textField(body, 'lifecycleNotificationUrl')
    const lifecycleNotificationUrl = lifecycle === '' ? null : loopbackUrl(lifecycle)
    const changeTypes = textField(body, 'changeType')
      .split(',')
      .map((one) => one.trim())
    if (!changeTypes.every((one) => ['created', 'updated', 'deleted'].includes(one)))
      throw invalid('changeType is not valid.')
    return {
      id: this.desk.newGuid(),
      resource,
      changeTypes,
      notificationUrl,
      lifecycleNotificationUrl,
      personId: person?.id ?? null,
      filter: filterOf(query),
      clientState: textField(body, 'clientState') || null,
      certificate: certificateOf(body),
      applicationId,
      createdMs: this.desk.view.now().getTime(),
      expiresMs: this.expiry(body, lifecycleNotificationUrl),
      remindedOf: 0,
    }
  }

  private expiry(body: unknown, lifecycleUrl: string | null): number {
    const now = this.desk.view.now().getTime()
    const expires = Date.parse(textField(body, 'expirationDateTime'))
    if (!(expires > now)) throw invalid('expirationDateTime must be in the future.')
    if (expires - now > LONGEST)
      throw invalid('Subscription expiration can only be 4320 minutes in the future.')
    if (expires - now > HOUR && lifecycleUrl === null)
      throw invalid(
        'lifecycleNotificationUrl is a required property when expirationDateTime is more than one hour ahead.',
      )
    return expires
  }

  private demandTenantPlans(): void {
    if (this.desk.view.people().some((person) => person.licensed)) return
    throw new GraphRefusal(
      403,
      'Forbidden',
      `The tenant needs ${COPILOT_PLANS.length} active service plans.`,
    )
  }
}

function shown(subscription: Subscription) {
  return {
    id: subscription.id,
    resource: subscription.resource,
    applicationId: subscription.applicationId,
    changeType: subscription.changeTypes.join(','),
    clientState: null,
    notificationUrl: subscription.notificationUrl,
    notificationQueryOptions: null,
    lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
    expirationDateTime: new Date(subscription.expiresMs).toISOString(),
    creatorId: subscription.applicationId,
    includeResourceData: subscription.certificate !== null,
    latestSupportedTlsVersion: 'v1_2',
    encryptionCertificate: null,
    encryptionCertificateId: subscription.certificate?.id ?? null,
    notificationUrlAppId: null,
  }
}

function certificateOf(body: unknown): Subscription['certificate'] {
  if (field(body, 'includeResourceData') !== true) return null
  const read = readCertificate(textField(body, 'encryptionCertificate'))
  const id = textField(body, 'encryptionCertificateId')
  if (read === null || id === '')
    throw invalid(
      'encryptionCertificate and encryptionCertificateId are required to include resource data.',
    )
  return { id, read }
}

function filterOf(query: string | undefined): Subscription['filter'] {
  if (query === undefined) return null
  const [, property, operator, value] =
    FILTER.exec(new URLSearchParams(query).get('$filter')?.trim() ?? '') ?? []
  if (property === undefined || value === undefined) throw invalid('The filter is not supported.')
  return { property, equal: operator?.toLowerCase() === 'eq', value }
}

/** An emulated tenant speaks to this machine only, whatever it is told. */
function loopbackUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)) return url.href
  throw invalid('The notification address must be on this machine: the tenant is emulated.')
}

const invalid = (message: string): GraphRefusal => new GraphRefusal(400, 'InvalidRequest', message)
