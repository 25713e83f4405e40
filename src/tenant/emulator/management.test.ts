import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmulatedTenant } from './server.ts'
import { answered, askToken, NOON, tokenIn, wiredTenant, type Answer } from './testing.ts'

const samples = join(import.meta.dirname, '../../../../shared/samples/ms-office365-management-api')
const isMissing = !existsSync(samples)
if (isMissing)
  process.stderr.write(`management.test.ts: no shapes compared, there is no ${samples}\n`)

const WINDOW = 'startTime=2026-03-03T12:00:00&endTime=2026-03-04T12:00:00'
const CONTENT = `content?contentType=Audit.General&${WINDOW}`

let tenant: EmulatedTenant
let ask: Ask
beforeAll(async () => {
  tenant = await wiredTenant()
  ask = await asker(tenant)
})
afterAll(async () => tenant.close())

type Ask = (method: string, path: string) => Promise<Answer>
async function asker(of: EmulatedTenant): Promise<Ask> {
  const authorization = `Bearer ${tokenIn(await askToken(of))}`
  const root = `${of.url}/manage.office.com/api/v1.0/${of.tenantId}/activity/feed/subscriptions/`
  return async (method, path) =>
    answered(path.startsWith('http') ? path : root + path, { method, headers: { authorization } })
}

const list = ({ json }: Pick<Answer, 'json'>): readonly Record<string, unknown>[] =>
  Array.isArray(json) ? json : []

const fields = (value: unknown): string[] =>
  Object.keys(Object(Array.isArray(value) ? value[0] : value)).toSorted()

const sample = (name: string): unknown => JSON.parse(readFileSync(join(samples, name), 'utf8'))

const answeredWith = async (method: string, path: string) => {
  const { status, text } = await ask(method, path)
  return [status, /AF\d+/.exec(text)?.[0] ?? null]
}

test('a subscription has to be started, once, and can be stopped and started again', async () => {
  const exchange = 'contentType=Audit.Exchange'
  for (const call of ['content', 'notifications'])
    expect(await answeredWith('GET', `${call}?${exchange}&${WINDOW}`)).toEqual([400, 'AF20022'])
  expect(await answeredWith('POST', `start?${exchange}`)).toEqual([200, null])
  expect(await answeredWith('POST', `start?${exchange}`)).toEqual([400, 'AF20024'])
  expect(await answeredWith('GET', `content?${exchange}&${WINDOW}`)).toEqual([200, null])
  expect(await answeredWith('POST', `stop?${exchange}`)).toEqual([200, null])
  expect(await answeredWith('GET', `content?${exchange}&${WINDOW}`)).toEqual([400, 'AF20022'])
  expect(await answeredWith('POST', `start?${exchange}`)).toEqual([200, null])
})

test('what is asked wrongly is refused with the code that Microsoft gives', async () => {
  await ask('POST', 'start?contentType=Audit.General')
  const general = 'content?contentType=Audit.General'
  const other = `${tenant.url}/manage.office.com/api/v1.0`
  for (const [path, code] of [
    ['content', 'AF20001'],
    ['content?contentType=Audit.Teams', 'AF20020'],
    [`${general}&startTime=yesterday&endTime=today`, 'AF20002'],
    [`${general}&startTime=2026-03-04`, 'AF20030'],
    [`${general}&startTime=2026-02-01&endTime=2026-02-02`, 'AF20055'],
    [`${general}&startTime=2026-03-04&endTime=2026-03-03`, 'AF20055'],
    [`${CONTENT}&nextPage=LTE`, 'AF20031'],
    [`${CONTENT}&PublisherIdentifier=contoso`, 'AF20002'],
    [`${other}/contoso/activity/feed/subscriptions/list`, 'AF20013'],
    [`${other}/${crypto.randomUUID()}/activity/feed/subscriptions/list`, 'AF20010'],
  ] as const) {
    const { text } = await ask('GET', path)
    expect([path, /AF\d+/.exec(text)?.[0]]).toEqual([path, code])
  }
})

test('a subscription is listed without its status now and then, whichever it is', async () => {
  await ask('POST', 'start?contentType=Audit.General')
  const general: unknown[] = []
  for (let n = 0; n < 3; n += 1) {
    const all = list(await ask('GET', 'list'))
    general.push(all.find(({ contentType }) => contentType === 'Audit.General')?.['status'])
  }
  expect(general.filter((status) => status === 'enabled')).toHaveLength(2)
  expect(general).toContain(undefined)
})

test('contents of SharePoint have ids of another form, and can be had by them', async () => {
  await ask('POST', 'start?contentType=Audit.SharePoint')
  const contents = list(await ask('GET', `content?contentType=Audit.SharePoint&${WINDOW}`))
  expect(contents.length).toBeGreaterThan(0)
  for (const { contentId } of contents)
    expect(contentId).toMatch(/^\d{12}\$\d{12}\$[0-9a-f]{32}spo202603\d{4}\$[0-9a-f]{32}\$04$/)
  expect((await ask('GET', String(contents[0]?.['contentUri']))).status).toBe(200)
  await ask('POST', 'stop?contentType=Audit.SharePoint')
})

test('kinds of sensitive information have names in the language that is asked for, one at a time', async () => {
  const [english] = list(await sensitiveTypesIn('en-US'))
  const [german] = list(await sensitiveTypesIn('de-DE'))
  expect(german?.['id']).toBe(english?.['id'])
  expect([english?.['name'], german?.['name']]).toEqual([
    'Credit Card Number',
    'Kreditkartennummer',
  ])
  expect((await sensitiveTypesIn('en-US,de;q=0.5')).text).toContain('AF20053')
  expect((await sensitiveTypesIn('!')).text).toContain('AF20054')
})

async function sensitiveTypesIn(language: string): Promise<Answer> {
  const root = `${tenant.url}/manage.office.com/api/v1.0/${tenant.tenantId}/activity/feed`
  const authorization = `Bearer ${tokenIn(await askToken(tenant))}`
  const headers = { authorization, 'accept-language': language }
  return answered(`${root}/resources/dlpSensitiveTypes`, { headers })
}

test('pages lead through every content of a day once, and each blob holds whole records', async () => {
  await ask('POST', 'start?contentType=Audit.General')
  const contents: Record<string, unknown>[] = []
  const pages: string[] = []
  for (let next: string | null = CONTENT; next !== null;) {
    const page: Answer = await ask('GET', next)
    contents.push(...list(page))
    next = page.headers.get('NextPageUri')
    if (next !== null) pages.push(new URL(next).pathname)
  }
  expect(pages.length).toBeGreaterThan(0)
  expect(new Set(pages.map((path) => path.split('/')[3]))).toEqual(new Set(['v1']))
  const ids = contents.map(({ contentId }) => String(contentId))
  expect(new Set(ids).size).toBe(ids.length)
  const [from, to] = [Date.parse('2026-03-03T12:00:00Z'), Date.parse('2026-03-04T12:00:00Z')]
  const listed = tenant.world.listed('Audit.General', from, to)
  expect(ids).toEqual(listed.map(({ id }) => id))
  expect(ids.every((id) => id.includes('$'))).toBe(true)
  const blob = await ask('GET', String(contents[0]?.['contentUri']))
  expect(list(blob).length).toBeGreaterThan(0)
  for (const record of list(blob))
    expect(record).toMatchObject({ Id: expect.any(String), OrganizationId: tenant.tenantId })
})

test('DLP.All takes its own permission besides that to read', async () => {
  for (const [role, codes] of [
    ['ActivityFeed.Read', ['AF10001', 'AF10001']],
    ['ActivityFeed.ReadDlp', [undefined, 'AF10001']],
  ] as const) {
    const other = await wiredTenant([], 'commercial', { withoutRoles: new Set([role]) })
    try {
      const asking = await asker(other)
      const asked = ['Audit.General', 'DLP.All'].map(async (type) => {
        const { text } = await asking('POST', `start?contentType=${type}`)
        return /AF\d+/.exec(text)?.[0]
      })
      expect(await Promise.all(asked)).toEqual(codes)
    } finally {
      await other.close()
    }
  }
})

test('a blob can be had for seven days, and is refused from then on', async () => {
  const late = await wiredTenant()
  try {
    const first = await asker(late)
    await first('POST', 'start?contentType=Audit.General')
    const uri = String(list(await first('GET', CONTENT))[0]?.['contentUri'])
    late.world.clock.advanceTo(Date.parse('2026-03-12T12:00:00Z'))
    const afterwards = await asker(late)
    expect((await afterwards('GET', uri)).text).toContain('AF20051')
    expect((await afterwards('GET', uri.replace('$2026', '$2025'))).text).toContain('AF2005')
  } finally {
    await late.close()
  }
})

test('a huge blob is filled up to the size that was asked for, with records of other kinds', async () => {
  const huge = await wiredTenant(['huge-blobs'], 'commercial', { hugeBlobBytes: 3_000_000 })
  try {
    const asking = await asker(huge)
    await asking('POST', 'start?contentType=Audit.General')
    const listed = huge.world.listed('Audit.General', Date.parse('2026-03-04'), Date.parse(NOON))
    const [blob, ...others] = listed.filter(({ length }) => length >= 3_000_000)
    expect(others).toEqual([])
    const root = `${huge.url}/manage.office.com/api/v1.0/${huge.tenantId}/activity/feed/audit`
    const answer = await asking('GET', `${root}/${blob?.id}`)
    expect(answer.text.length).toBeGreaterThan(3_000_000)
    expect(answer.text.length).toBeLessThan(5_000_000)
    const about = list(answer).filter(({ Workload }) => Workload === 'Copilot').length
    const own = new Set(blob?.events.map(({ id }) => id))
    expect(list(answer).filter(({ Id }) => own.has(String(Id)))).toHaveLength(
      blob?.events.length ?? 0,
    )
    expect(list(answer).length).toBeGreaterThan(about * 5)
  } finally {
    await huge.close()
  }
})

test('what is created while an administrator has turned a subscription off is never listed, and the ledger says so', async () => {
  const closed = await wiredTenant(['subscription-disabled'])
  try {
    const at = (time: string) => closed.world.clock.advanceTo(Date.parse(`2026-03-04T${time}Z`))
    const asking = await asker(closed)
    await asking('POST', 'start?contentType=Audit.General')
    const listing = async () => {
      const window = 'startTime=2026-03-04T11:00:00&endTime=2026-03-04T17:00:00'
      const { text, json } = await (
        await asker(closed)
      )('GET', `content?contentType=Audit.General&${window}`)
      return {
        code: /AF\d+/.exec(text)?.[0] ?? null,
        ids: list({ json }).map((item) => String(item['contentId'])),
      }
    }
    const before = (await listing()).ids
    // It is off when somebody looks after some hours.
    at('14:00:00')
    expect((await listing()).code).toBe('AF20023')
    await (
      await asker(closed)
    )('POST', 'start?contentType=Audit.General')
    at('16:00:00')
    const after = (await listing()).ids
    expect(after).toEqual(expect.arrayContaining(before))
    expect(after.length).toBeGreaterThan(before.length)
    const { text } = await answered(`${closed.url}/emulator/ledger/records`)
    const gone = text.split('\n').filter((line) => line.includes('"fetchable":false'))
    expect(gone.length).toBeGreaterThan(0)
    for (const line of gone) {
      expect(line).toContain('"why":"created while the subscription was disabled"')
      const { units }: { units: string[] } = JSON.parse(line)
      expect(units.filter((id) => after.includes(id))).toEqual([])
    }
  } finally {
    await closed.close()
  }
})

test('whoever asks too often gets 403 with a text in single quotes that names the publisher', async () => {
  const busy = await wiredTenant(['forbidden-storm'])
  try {
    const asking = await asker(busy)
    const publisher = '11111111-2222-4333-8444-555555555555'
    const answers: Answer[] = []
    for (let n = 0; n < 40; n++)
      answers.push(await asking('GET', `list?PublisherIdentifier=${publisher}&n=${n}`))
    const struck = answers.filter(({ status }) => status === 403)
    expect(struck.length).toBeGreaterThan(0)
    expect(struck[0]).toMatchObject({ json: null, text: expect.stringContaining(`'AF429'`) })
    expect(struck[0]?.text).toContain(`PublisherId=${publisher}`)
    expect(answers.length).toBeGreaterThan(struck.length)
  } finally {
    await busy.close()
  }
})

const taken = (all: readonly Answer[]): number => all.filter(({ status }) => status === 200).length

test('each publisher has so many requests in a minute; who names none shares them with others', async () => {
  const metered = await wiredTenant([], 'commercial', { requestsPerMinute: 10 })
  try {
    const asking = await asker(metered)
    const counted = async (query: string) => {
      const answers: Answer[] = []
      for (let n = 0; n < 12; n++) answers.push(await asking('GET', `list?n=${n}${query}`))
      return answers
    }
    // Its time all but stands still: all of these are asked within one minute.
    metered.world.clock.changeRate(0.001)
    const mine = await counted('&PublisherIdentifier=11111111-2222-4333-8444-555555555555')
    const nobody = await counted('')
    expect([taken(mine), taken(nobody)]).toEqual([10, 5])
    expect(nobody.at(-1)).toMatchObject({
      status: 403,
      text: `{'error':{'code':'AF429','message':'Too many requests. Method=ListSubscriptions, PublisherId=00000000-0000-0000-0000-000000000000'}}`,
    })
    metered.world.clock.advanceTo(metered.world.now() + 60_000)
    expect(taken(await counted(''))).toBe(5)
  } finally {
    await metered.close()
  }
})

test.skipIf(isMissing)('answers have the fields of those that Microsoft documents', async () => {
  const started = await ask('POST', 'start?contentType=Audit.SharePoint')
  expect(fields(started.json)).toEqual(fields(sample('subscriptions-start.response.json')))
  expect(fields((await ask('GET', 'list')).json)).toEqual(
    fields(sample('subscriptions-list.response.json')),
  )
  await ask('POST', 'start?contentType=Audit.General')
  expect(fields((await ask('GET', CONTENT)).json)).toEqual(
    fields(sample('subscriptions-content.response.json')),
  )
})
