import { describe, expect, test } from 'vitest'
import { webhookReceiver } from './webhook-receiver.ts'

const TENANT = '7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14'
const AUTH_ID = 'canary-auth-id-0c4f'

function receiving() {
  const news: string[][] = []
  let refused = 0
  const receiver = webhookReceiver({
    tenantId: TENANT,
    contentTypes: ['Audit.General', 'DLP.All'],
    authId: () => AUTH_ID,
    onNews: (types) => void news.push([...types]),
    onRefused: () => (refused += 1),
  })
  const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    (
      await receiver.request('/audit', {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'webhook-authid': AUTH_ID, ...headers },
      })
    ).status
  return { receiver, news, post, refused: () => refused }
}

const content = (other: object = {}) => ({
  tenantId: TENANT,
  clientId: '2f1d5a60-9b4e-4c52-8f0e-6a7d3c1b9e21',
  contentType: 'Audit.General',
  contentId: '1$2$audit_general',
  contentUri: `https://manage.office.com/api/v1.0/${TENANT}/activity/feed/audit/1$2$audit_general`,
  contentCreated: '2026-03-04T11:58:00.000Z',
  contentExpiration: '2026-03-11T11:58:00.000Z',
  ...other,
})

describe('a request for validation', () => {
  test('is answered where header and body hold the same code', async () => {
    const { post, news } = receiving()
    const headers = { 'webhook-validationcode': 'one' }
    expect(await post({ validationCode: 'one' }, headers)).toBe(200)
    expect(await post({ validationCode: 'two' }, headers)).toBe(400)
    expect(await post({}, headers)).toBe(400)
    expect(await post({ validationCode: '' }, { 'webhook-validationcode': '' })).toBe(400)
    expect(news).toEqual([])
  })

  test('of somebody else is not answered: whoever asks has to know the auth id', async () => {
    const { post, refused } = receiving()
    const headers = { 'webhook-validationcode': 'one', 'webhook-authid': 'guessed' }
    expect(await post({ validationCode: 'one' }, headers)).toBe(401)
    expect(refused()).toBe(1)
  })
})

describe('a notification', () => {
  test('says of which types there is something new, and nothing else', async () => {
    const { post, news } = receiving()
    const dlp = content({ contentType: 'DLP.All', tenantId: TENANT.toUpperCase() })
    expect(await post([content(), dlp, content()])).toBe(200)
    expect(news).toEqual([['Audit.General', 'DLP.All']])
  })

  test.each([
    ['another tenant', { tenantId: '00000000-0000-4000-8000-000000000001' }],
    ['a type that is not collected', { contentType: 'Audit.Exchange' }],
    ['a type that does not exist', { contentType: 'Audit.Everything' }],
    ['no content', { contentId: '' }],
  ])('of %s is passed over', async (_what, other) => {
    const { post, news } = receiving()
    expect(await post([content(other), null, 'x', 7])).toBe(200)
    expect(news).toEqual([])
  })

  test.each(['guessed', '', AUTH_ID.toUpperCase()])(
    'with the auth id "%s" is sent away',
    async (id) => {
      const { post, news, refused } = receiving()
      expect(await post([content()], { 'webhook-authid': id })).toBe(401)
      expect([news, refused()]).toEqual([[], 1])
    },
  )

  test('that is none is refused: no list, no JSON, too long, another method', async () => {
    const { receiver, post, news } = receiving()
    expect(await post(content())).toBe(400)
    expect(await post('<xml>')).toBe(400)
    expect(await post(`["${'x'.repeat(1 << 20)}"]`)).toBe(413)
    expect((await receiver.request('/audit')).status).toBe(405)
    expect(news).toEqual([])
  })
})
