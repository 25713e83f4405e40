import { createHash } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, SignJWT, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testCertificate } from './graph/testing-certificate.ts'
import type { EmulatedTenant } from './server.ts'
import { answered, askToken, NOON, tokenIn, wiredTenant } from './testing.ts'

let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await wiredTenant()
})
afterAll(async () => tenant.close())

const list = async (token: string) =>
  answered(
    `${tenant.url}/manage.office.com/api/v1.0/${tenant.tenantId}/activity/feed/subscriptions/list`,
    { headers: { authorization: `Bearer ${token}` } },
  )

test('version 1 writes its numbers as strings and names the resource, version 2 does neither', async () => {
  const first = await askToken(tenant, { resource: 'https://manage.office.com' }, 'oauth2/token')
  expect(first).toMatchObject({
    status: 200,
    json: {
      token_type: 'Bearer',
      expires_in: expect.stringMatching(/^\d+$/),
      expires_on: expect.stringMatching(/^\d+$/),
      not_before: expect.stringMatching(/^\d+$/),
      resource: 'https://manage.office.com',
    },
  })
  const second = await askToken(tenant)
  expect(second).toMatchObject({ status: 200, json: { expires_in: 3_600 } })
  expect(second.json).not.toHaveProperty('resource')
  for (const answer of [first, second])
    expect(await list(tokenIn(answer))).toMatchObject({ status: 200, json: [] })
})

test('the login under its former name gives the same tokens', async () => {
  const given = { resource: 'https://manage.office.com' }
  const former = await askToken(tenant, given, 'oauth2/token', 'login.windows.net')
  expect(await list(tokenIn(former))).toMatchObject({ status: 200 })
})

const code = (error: string, number: number) => ({ error, error_codes: [number] })

test('each refusal has the code of Entra: secret, application, resource, another cloud', async () => {
  for (const [given, status, body] of [
    [{ client_secret: 'wrong' }, 401, code('invalid_client', 7_000_215)],
    [{ client_id: 'nobody' }, 400, code('unauthorized_client', 700_016)],
    [{ scope: 'https://contoso.com/.default' }, 400, code('invalid_resource', 500_011)],
    [{ scope: 'https://manage.office365.us/.default' }, 400, code('invalid_resource', 500_011)],
    [{ scope: 'https://manage.office.com' }, 400, code('invalid_scope', 1_002_012)],
    [{ grant_type: 'password' }, 400, code('unsupported_grant_type', 70_003)],
  ] as const)
    expect(await askToken(tenant, given)).toMatchObject({ status, json: body })
})

const thumbprint = (algorithm: string, named: string): string =>
  createHash(algorithm).update(Buffer.from(named, 'base64')).digest('base64url')

test('a certificate assertion counts if it is signed by the certificate that its thumbprint names', async () => {
  const [own, other] = [testCertificate(), testCertificate()]
  const pem = `-----BEGIN CERTIFICATE-----\n${own.certificate}\n-----END CERTIFICATE-----\n`
  await answered(`${tenant.url}/emulator/certificates`, { method: 'POST', body: pem })
  const seconds = Date.parse(NOON) / 1_000
  const asked = async (
    named: string,
    key: typeof own.privateKey,
    expires = seconds + 600,
    header: { alg: string; [name: string]: string } = {
      alg: 'PS256',
      'x5t#S256': thumbprint('sha256', named),
    },
  ) => {
    const assertion = await new SignJWT({})
      .setProtectedHeader(header)
      .setNotBefore(expires - 600)
      .setIssuer(tenant.clientId)
      .setSubject(tenant.clientId)
      .setAudience(`${tenant.url}/login.microsoftonline.com/${tenant.tenantId}/oauth2/v2.0/token`)
      .setExpirationTime(expires)
      .sign(key)
    return askToken(tenant, {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
  }
  expect(await asked(own.certificate, own.privateKey)).toMatchObject({ status: 200 })
  expect((await asked(own.certificate, other.privateKey)).text).toContain('AADSTS50027')
  expect((await asked(other.certificate, other.privateKey)).text).toContain('AADSTS700027')
  for (const expires of [seconds - 1, seconds + 1_200])
    expect((await asked(own.certificate, own.privateKey, expires)).text).toContain('AADSTS700024')
  // As older programs sign, and name the certificate.
  const older = { alg: 'RS256', x5t: thumbprint('sha1', own.certificate) }
  expect(await asked(own.certificate, own.privateKey, seconds + 600, older)).toMatchObject({
    status: 200,
  })
})

test('a token for another audience, a forged one and one past its hour open nothing', async () => {
  const graph = tokenIn(await askToken(tenant, { scope: 'https://graph.microsoft.com/.default' }))
  const good = tokenIn(await askToken(tenant))
  // A missing role is 401 too, with another text.
  const denied = { Message: 'Authorization has been denied for this request.' }
  expect(await list(graph)).toMatchObject({ status: 401, json: denied })
  expect(await list(`${good.slice(0, -6)}AAAAAA`)).toMatchObject({ status: 401 })
  expect(await list(good)).toMatchObject({ status: 200 })
  tenant.world.clock.advanceTo(Date.parse(NOON) + 3_700_000)
  expect(await list(good)).toMatchObject({ status: 401 })
})

test('tokens are signed by the published key, and say who they are for as the resource takes it', async () => {
  const login = `${tenant.url}/login.microsoftonline.com/${tenant.tenantId}`
  const { tenantId: tid, clientId } = tenant
  const keysOf = async (path: string) => {
    const { json } = await answered(`${login}/${path}.well-known/openid-configuration`)
    const { jwks_uri, issuer } = Object(json)
    const keys: JSONWebKeySet = Object((await answered(String(jwks_uri))).json)
    return { keys: createLocalJWKSet(keys), issuer: String(issuer) }
  }
  const management = tokenIn(await askToken(tenant))
  const own = tokenIn(await askToken(tenant, { scope: `${clientId}/.default` }))
  const [first, second] = [await keysOf(''), await keysOf('v2.0/')]
  const { payload, protectedHeader } = await jwtVerify(management, first.keys, {
    issuer: first.issuer,
    audience: 'https://manage.office.com',
    currentDate: new Date(tenant.world.now() + 1_000),
  })
  expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: expect.any(String) })
  expect(payload).toMatchObject({
    ver: '1.0',
    tid,
    appid: clientId,
    appidacr: '1',
    roles: ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
    oid: payload.sub,
  })
  const { payload: later } = await jwtVerify(own, second.keys, {
    issuer: second.issuer,
    audience: clientId,
    currentDate: new Date(tenant.world.now() + 1_000),
  })
  expect(later).toMatchObject({ ver: '2.0', tid, azp: clientId, azpacr: '1' })
  expect(later).not.toHaveProperty('appid')
  expect(later).not.toHaveProperty('roles')
})

test('only the hosts of the chosen cloud are there', async () => {
  const government = await wiredTenant([], 'gcc-high')
  try {
    const scope = 'https://manage.office365.us/.default'
    const there = await askToken(government, { scope }, undefined, 'login.microsoftonline.us')
    expect(there.status).toBe(200)
    // That of another cloud answers, and does not know the tenant.
    expect(await askToken(government, { scope })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request', error_codes: [90_002] },
    })
    const graph = `${government.url}/graph.microsoft.com/v1.0/users`
    expect((await answered(graph)).status).toBe(404)
  } finally {
    await government.close()
  }
})
