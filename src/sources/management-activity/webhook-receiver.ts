import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { contentTypeOf, notifiedContents, type ContentType } from './wire.ts'

export interface WebhookPorts {
  readonly tenantId: string
  readonly contentTypes: readonly ContentType[]
  /** Null: it cannot be read now, so nobody is believed. */
  readonly authId: () => string | null
  /** Content of these types is said to be there. */
  readonly onNews: (types: ReadonlySet<ContentType>) => void
  /** Somebody called who does not know the auth id. */
  readonly onRefused: () => void
}

/** A notification names some contents; it holds none. */
const MOST_BYTES = 1 << 20
const AUTH = 'webhook-authid'
const CODE = 'webhook-validationcode'

/**
 * What the Management Activity API calls (interface reference, section a). Anybody can call it, and the auth id is a
 * weak secret that goes over the wire each time: nothing that is said here is believed or kept. At most it makes the
 * collector list what there is, a little sooner.
 */
export function webhookReceiver(ports: WebhookPorts): Hono {
  const app = new Hono()
  // Before anything of the body is read.
  app.use('*', async (c, next) => {
    if (c.req.method !== 'POST') return c.body(null, 405)
    const authId = ports.authId()
    if (authId !== null && isSame(c.req.header(AUTH) ?? '', authId)) return next()
    ports.onRefused()
    return c.body(null, 401)
  })
  app.post(
    '*',
    bodyLimit({ maxSize: MOST_BYTES, onError: (c) => c.body(null, 413) }),
    async (c) => {
      const body: unknown = await c.req.json().catch(() => null)
      const code = c.req.header(CODE)
      // Microsoft asks whether somebody is here who knows what it was told: the same code stands in header and body.
      if (code !== undefined) return c.body(null, code === validationCodeIn(body) ? 200 : 400)
      const contents = notifiedContents(body)
      if (contents === null) return c.body(null, 400)
      const types = new Set<ContentType>()
      for (const { tenantId, contentType } of contents) {
        const type = contentTypeOf(contentType)
        const isOurs = tenantId.toLowerCase() === ports.tenantId
        if (isOurs && type !== null && ports.contentTypes.includes(type)) types.add(type)
      }
      if (types.size > 0) ports.onNews(types)
      // Another answer only brings the same again.
      return c.body(null, 200)
    },
  )
  app.onError((_error, c) => c.body(null, 500))
  return app
}

function validationCodeIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('validationCode' in body)) return null
  const { validationCode } = body
  return typeof validationCode === 'string' && validationCode !== '' ? validationCode : null
}

function isSame(given: string, own: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(own)]
  return one.length === other.length && timingSafeEqual(one, other)
}
