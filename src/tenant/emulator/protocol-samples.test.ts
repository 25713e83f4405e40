import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { field } from './graph/wire.ts'
import type { EmulatedTenant } from './server.ts'
import { answered, askToken, tokenIn, wiredTenant, type Answer } from './testing.ts'

// Microsoft's own examples against what the emulated tenant answers to the same request: names of properties, and the
// types of their values, all the way down. What a type is made of (texts, numbers) is the tenant's own.

const SAMPLES = join(import.meta.dirname, '../../../../shared/samples')
const isMissing = !existsSync(SAMPLES)
if (isMissing)
  process.stderr.write(`protocol-samples.test.ts: no shapes compared, there is no ${SAMPLES}\n`)

const text = (name: string): string => readFileSync(join(SAMPLES, name), 'utf8')
const sample = (name: string): unknown => JSON.parse(text(name))

/** Paths with their types: `[].webhook.status string`; of an array all members together; null goes with any type. */
function shape(value: unknown, path = '', found = new Map<string, Set<string>>()) {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  found.set(path, (found.get(path) ?? new Set()).add(type))
  if (Array.isArray(value)) for (const one of value) shape(one, `${path}[]`, found)
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) shape(one, `${path}.${name}`, found)
  return found
}

/** What the example has and the answer has not, or has with another type. `open`: what lies below need not be there. */
function lacking(example: unknown, answer: unknown, open: readonly string[] = []): string[] {
  const [theirs, ours] = [shape(example), shape(answer)]
  return [...theirs].flatMap(([path, types]) => {
    if (open.some((start) => path.startsWith(start))) return []
    const mine = ours.get(path)
    if (mine === undefined) return [`${path} is missing`]
    const others = [...types].filter((type) => type !== 'null' && !mine.has(type))
    return mine.has('null') || others.length === 0 ? [] : [`${path} is no ${others.join(' or ')}`]
  })
}

/** Exactly the same, whichever of the two is taken as the example. */
const differing = (example: unknown, answer: unknown, open: readonly string[] = []): string[] => [
  ...lacking(example, answer, open),
  ...lacking(answer, example, open).map((one) => `beyond the example: ${one}`),
]

let tenant: EmulatedTenant
let hook: ReturnType<typeof createServer>
let hookUrl = ''
const told: unknown[] = []
beforeAll(async () => {
  tenant = await wiredTenant()
  hook = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      told.push(JSON.parse(body))
      response.end()
    })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const address = hook.address()
  hookUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/o365/`
})
afterAll(async () => {
  hook.closeAllConnections()
  hook.close()
  await tenant.close()
})

async function feed(of: EmulatedTenant, method: string, path: string, body?: unknown) {
  const authorization = `Bearer ${tokenIn(await askToken(of))}`
  const root = `${of.url}/manage.office.com/api/v1.0/${of.tenantId}/activity/feed`
  return answered(path.startsWith('http') ? path : `${root}/${path}`, {
    method,
    headers: { authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function graph(path: string): Promise<Answer> {
  const token = tokenIn(await askToken(tenant, { scope: 'https://graph.microsoft.com/.default' }))
  const headers = { authorization: `Bearer ${token}` }
  return answered(`${tenant.url}/graph.microsoft.com/${path}`, { headers })
}

describe.skipIf(isMissing)('Management Activity', () => {
  const folder = 'ms-office365-management-api'
  const start = 'subscriptions/start?contentType='

  test('a subscription is started with the example’s body, and answered and listed as in the examples', async () => {
    const body = text(`${folder}/subscriptions-start.request.json`)
    const asked: unknown = JSON.parse(body.replace(/https:[^"]*/, hookUrl))
    const started = await feed(tenant, 'POST', `${start}Audit.SharePoint`, asked)
    expect(started.status).toBe(200)
    expect(differing(sample(`${folder}/subscriptions-start.response.json`), started.json)).toEqual(
      [],
    )
    for (const type of ['Audit.Exchange', 'Audit.General'])
      await feed(tenant, 'POST', `${start}${type}`)
    const listed = await feed(tenant, 'GET', 'subscriptions/list')
    expect(differing(sample(`${folder}/subscriptions-list.response.json`), listed.json)).toEqual([])
    // As in the example, one of them says nothing of its status.
    expect(listed.text).toMatch(/\{"contentType":"[\w.]+","webhook":null\}/)
  })

  test('content is listed, and told to a webhook, as in the examples; the next page is in a header', async () => {
    const example = sample(`${folder}/subscriptions-content.response.json`)
    const webhook = { address: hookUrl, authId: '', expiration: '' }
    await feed(tenant, 'POST', `${start}Audit.General`, { webhook })
    told.length = 0
    const window = 'startTime=2026-03-03T12:00:00&endTime=2026-03-04T12:00:00'
    const content = 'subscriptions/content?contentType=Audit.General'
    const listed = await feed(tenant, 'GET', `${content}&${window}`)
    expect(differing(example, listed.json)).toEqual([])
    expect(listed.headers.get('nextpageuri')).toMatch(
      /^http.*\/subscriptions\/content\?.*nextPage=/,
    )
    const ids = /"contentId":"([^"]*)"/.exec(listed.text)?.[1] ?? ''
    expect(ids.split('$').length).toBeGreaterThan(3)
    tenant.world.clock.advanceTo(Date.parse('2026-03-04T12:50:00Z'))
    await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(0)
    expect(differing(sample(`${folder}/webhook-notification.request.json`), told.at(-1))).toEqual(
      [],
    )
  })

  test('a blob is an array of records that have what the examples have in common', async () => {
    await feed(tenant, 'POST', `${start}Audit.AzureActiveDirectory`)
    const window = 'startTime=2026-03-03T12:00:00&endTime=2026-03-04T12:00:00'
    const content = 'subscriptions/content?contentType=Audit.AzureActiveDirectory'
    const listed = await feed(tenant, 'GET', `${content}&${window}`)
    const [first] = Array.isArray(listed.json) ? listed.json : []
    const blob = await feed(tenant, 'GET', String(field(first, 'contentUri')))
    expect(blob.headers.get('content-type')).toContain('application/json')
    const examples = sample(`${folder}/audit-blob-aad.json`)
    const all: readonly unknown[] = Array.isArray(examples) ? examples : []
    // What a workload adds to the common schema is its own.
    const common = Object.entries(Object(all[0])).filter(
      ([name]) =>
        !name.startsWith('AzureActiveDirectory') &&
        all.every((one) => field(one, name) !== undefined),
    )
    expect(common.length).toBeGreaterThan(8)
    expect(lacking([Object.fromEntries(common)], blob.json)).toEqual([])
  })

  test('a failure and a throttled request are worded as in the examples, single quotes and all', async () => {
    const failing = await wiredTenant(['server-errors'], 'commercial', { requestsPerMinute: 60 })
    try {
      failing.world.clock.changeRate(0.001)
      const answers: Answer[] = []
      for (let n = 0; n < 40; n++) {
        // oxlint-disable-next-line no-await-in-loop -- until the pool is spent
        answers.push(await feed(failing, 'GET', `audit/2015${n}$04`))
      }
      const failed = answers.find(({ status }) => status === 500)
      expect(failed?.json).toEqual(sample(`${folder}/error-AF50000.response.json`))
      const throttled = answers.find(({ status }) => status === 403)
      expect(throttled?.text).toBe(text(`${folder}/error-403-AF429.body.csv`).trim())
    } finally {
      await failing.close()
    }
  })
})

test.skipIf(isMissing)(
  'tokens have the claims, and their answer the fields, of the examples',
  async () => {
    const asked = { resource: 'https://manage.office.com' }
    const answer = await askToken(tenant, asked, 'oauth2/token')
    const folder = 'ms-entra-token'
    // Entra has begun to say later for how long a token may be used while it is down.
    const { ext_expires_in, ...fields }: Record<string, unknown> = Object(answer.json)
    expect(ext_expires_in).toMatch(/^\d+$/)
    expect(
      differing(sample(`${folder}/token-v1-client-credentials.response.json`), fields),
    ).toEqual([])
    const claims = decodeJwt(tokenIn(answer))
    const example = sample(`${folder}/access-token-claims-app.json`)
    expect(lacking(example, claims)).toEqual([])
    for (const name of ['aud', 'ver', 'appidacr'])
      expect([name, claims[name]]).toEqual([name, field(example, name)])
    expect(claims.iss?.replace(tenant.tenantId, '')).toBe('https://sts.windows.net//')
  },
)

const call = (name: string): string =>
  `beta/copilot/reports/getMicrosoft365Copilot${name}(period='D7')`

describe.skipIf(isMissing)('Graph', () => {
  test('histories hold what the examples hold', async () => {
    const page = await graph(
      `v1.0/copilot/users/${busy().objectId}/interactionHistory/getAllEnterpriseInteractions?$top=100`,
    )
    expect(page.status).toBe(200)
    for (const name of readdirSync(join(SAMPLES, 'ms-graph-aiinteraction')))
      // Links and contexts depend on what was asked; that there are lists of them does not.
      expect([
        name,
        lacking(sample(`ms-graph-aiinteraction/${name}`), page.json, [
          '.value[].contexts[]',
          '.value[].links[]',
          '.value[].mentions[]',
          '.value[].attachments[]',
        ]),
      ]).toEqual([name, []])
  })

  test('reports and packages have the properties of the examples and no others', async () => {
    for (const [name, path] of [
      ['ms-graph-copilot-reports/user-count-summary.beta.json', call('UserCountSummary')],
      ['ms-graph-copilot-reports/user-count-trend.beta.json', call('UserCountTrend')],
    ] as const)
      expect([name, differing(sample(name), (await graph(path)).json)]).toEqual([name, []])
    const packages = await graph('v1.0/copilot/admin/catalog/packages')
    for (const name of readdirSync(join(SAMPLES, 'ms-graph-copilot-packages')))
      expect([name, lacking(sample(`ms-graph-copilot-packages/${name}`), packages.json)]).toEqual([
        name,
        [],
      ])
    const csv = await graph(call('UsageUserDetail').replace('beta', 'v1.0'))
    expect(csv.headers.get('content-type')).toBe('application/octet-stream')
    expect(csv.text.split('\r\n')[0]).toBe(
      text('ms-graph-copilot-reports/usage-user-detail.v1.csv').split(/\r?\n/)[0],
    )
  })
})

/** Somebody with a history. */
function busy() {
  const { world } = tenant
  const events = world.eventDayOf(Date.parse('2026-03-03'))?.events ?? []
  const items = events.filter(({ kind }) => kind === 'interaction')
  const [most] = [...Map.groupBy(items, ({ person }) => person)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  const person = world.people[most?.[0] ?? -1]
  if (person === undefined) throw new Error('nobody has a history')
  return person
}
