import type { CloudClient } from '../../platform/http/cloud-client.ts'

// What the Management Activity API takes and answers (interface reference a). Answers are read tolerantly.

const CONTENT_TYPES = [
  'Audit.General',
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'DLP.All',
] as const
export type ContentType = (typeof CONTENT_TYPES)[number]

export const contentTypeOf = (text: string): ContentType | null =>
  CONTENT_TYPES.find((type) => type === text) ?? null

/** All applications of a tenant share this scope, by publisher. */
export const BUDGET = 'management'

export const feedRoot = (client: CloudClient, tenantId: string): string =>
  `${client.root('management')}/api/v1.0/${tenantId}/activity/feed`

/** Addresses are used as served, `$` and all; only the publisher is added where it is missing. */
export function withPublisher(url: string, publisher: string): string {
  if (/[?&]PublisherIdentifier=/i.test(url)) return url
  return `${url}${url.includes('?') ? '&' : '?'}PublisherIdentifier=${publisher}`
}

/** An item of a listing, or of a notification. */
export interface ContentItem {
  readonly contentType: string
  readonly contentId: string
  readonly contentUri: string
  readonly contentCreated: string
  readonly contentExpiration: string | null
}

/** The items of a listing; what is none is left out. */
export function contentItems(answer: unknown): readonly ContentItem[] {
  if (!Array.isArray(answer)) return []
  return answer.flatMap((item: unknown): ContentItem[] => {
    const [contentId, contentUri, contentCreated] = [
      'contentId',
      'contentUri',
      'contentCreated',
    ].map((name) => textIn(item, name))
    if (contentId === undefined || contentUri === undefined || contentCreated === undefined)
      return []
    if (contentId === '' || contentUri === '' || Number.isNaN(Date.parse(contentCreated))) return []
    const expiration = textIn(item, 'contentExpiration')
    return [
      {
        contentType: textIn(item, 'contentType'),
        contentId,
        contentUri,
        contentCreated,
        contentExpiration: Number.isNaN(Date.parse(expiration)) ? null : expiration,
      },
    ]
  })
}

/** What a notification says, each of it unproven; null: it is none. */
export function notifiedContents(
  body: unknown,
): readonly (ContentItem & { readonly tenantId: string })[] | null {
  if (!Array.isArray(body)) return null
  return body.flatMap((item: unknown) =>
    contentItems([item]).map((content) => ({ ...content, tenantId: textIn(item, 'tenantId') })),
  )
}

export interface SubscriptionItem {
  readonly contentType: string
  /** A missing status is what Microsoft's own sample shows of an enabled one. */
  readonly isEnabled: boolean
  /** What Microsoft calls now; null: nothing, or it has given up. */
  readonly webhook: WebhookItem | null
}

export interface WebhookItem {
  readonly address: string
  readonly authId: string
}

export function subscriptionItems(answer: unknown): readonly SubscriptionItem[] {
  if (!Array.isArray(answer)) return []
  return answer.flatMap((item: unknown): SubscriptionItem[] => {
    const contentType = textIn(item, 'contentType')
    if (contentType === '') return []
    const isEnabled = textIn(item, 'status').toLowerCase() !== 'disabled'
    return [{ contentType, isEnabled, webhook: webhookIn(item) }]
  })
}

function webhookIn(item: unknown): WebhookItem | null {
  if (typeof item !== 'object' || item === null || !('webhook' in item)) return null
  const { webhook } = item
  const address = textIn(webhook, 'address')
  const isEnabled = textIn(webhook, 'status').toLowerCase() === 'enabled'
  return isEnabled && address !== '' ? { address, authId: textIn(webhook, 'authId') } : null
}

function textIn(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null) return ''
  const found = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof found === 'string' ? found : ''
}
