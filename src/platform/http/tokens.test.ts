import { createPublicKey, hash, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { secretFromEnvironment, secretFromFile } from './credential.ts'
import {
  askingOf,
  CLIENT,
  cloudBelow,
  isTokenRequest,
  SECRET,
  standIn,
  TENANT,
  TOKEN,
  tokenAnswer,
  type Heard,
  type Said,
} from './stand-in.suite.ts'
import { applicationCertificate } from './test-certificates.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-tokens-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const entra = async (token: (heard: Heard, count: number) => Said = () => tokenAnswer()) =>
  standIn((heard, count) => (isTokenRequest(heard) ? token(heard, count) : { body: {} }))
const formOf = (heard: Heard | undefined): URLSearchParams => new URLSearchParams(heard?.body)
const HOUR_MS = 3_600_000

describe('a token', () => {
  test('is asked for once for all who wait, and renewed shortly before its end', async () => {
    await using cloud = await entra()
    await using asking = askingOf(cloudBelow(cloud.url))
    await Promise.all([asking.get('/a'), asking.get('/b'), asking.get('/c')])
    const tokens = () => cloud.heard.filter(isTokenRequest)

    expect(tokens()).toHaveLength(1)
    expect(tokens()[0]?.path).toBe(`/login/${TENANT}/oauth2/v2.0/token`)
    expect(Object.fromEntries(formOf(tokens()[0]))).toEqual({
      grant_type: 'client_credentials',
      client_id: CLIENT,
      client_secret: SECRET,
      scope: 'https://manage.office.com/.default',
    })
    expect(cloud.heard.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`)

    asking.clock.nowMs += HOUR_MS - 6 * 60_000
    await asking.get('/d')
    expect(tokens()).toHaveLength(1)
    asking.clock.nowMs += 2 * 60_000
    await asking.get('/e')
    expect(tokens()).toHaveLength(2)
  })

  test('says which roles it holds', async () => {
    await using cloud = await entra()
    await using asking = askingOf(cloudBelow(cloud.url))
    const roles = await asking.client.roles('management', new AbortController().signal)
    expect(roles).toEqual(['ActivityFeed.Read'])
  })

  test('that is refused by the service is asked for anew, once', async () => {
    await using cloud = await standIn((heard, count) =>
      isTokenRequest(heard) ? tokenAnswer() : { status: count === 1 ? 401 : 200, body: {} },
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    expect((await asking.get('/one')).status).toBe(200)
    expect(cloud.heard.filter(isTokenRequest)).toHaveLength(2)
  })

  test('that goes on being refused is an error that says what to check', async () => {
    await using cloud = await standIn((heard) =>
      isTokenRequest(heard) ? tokenAnswer() : { status: 401, body: {} },
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'TOKEN_REFUSED',
      message: expect.stringContaining('check client id, credential, cloud'),
    })
    expect(cloud.heard).toHaveLength(4)
  })

  test('that Entra cannot give now is asked for again', async () => {
    await using cloud = await entra((_heard, count) =>
      count < 3
        ? { status: 503, body: { error: 'temporarily_unavailable', error_description: 'busy' } }
        : tokenAnswer(),
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    expect((await asking.get('/one')).status).toBe(200)
    expect(asking.clock.slept).toHaveLength(2)
  })

  test.each([
    ['AADSTS7000215: Invalid client secret provided.', 'the client secret is wrong'],
    ['AADSTS700016: Application not found.', 'check client.id and the tenant id'],
    ['AADSTS90002: Tenant not found.', 'check the tenant id and "cloud"'],
    ['AADSTS99999: Something new.', 'check client id, credential, tenant and cloud'],
  ])('that Entra refuses (%s) names the fix, never the secret', async (description, fix) => {
    await using cloud = await entra(() => ({
      status: 401,
      body: { error: 'invalid_client', error_description: `${description} ${SECRET}` },
    }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const error: unknown = await asking.get('/one').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TOKEN_REFUSED', isPassing: false })
    expect(String(error)).toContain(fix)
    expect(String(error)).not.toContain(SECRET)
    expect(asking.clock.slept).toEqual([])
  })

  test.each([
    [
      'a page that asks for a sign-in',
      { body: '<html>', headers: { 'content-type': 'text/html' } },
    ],
    ['a way elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['an answer without a token', { body: { token_type: 'Bearer' } }],
  ])('is not found in %s', async (_what, said) => {
    await using cloud = await entra(() => said)
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' })
    expect(cloud.heard.filter((heard) => !isTokenRequest(heard))).toEqual([])
  })

  test('that never comes holds up nobody who stops waiting', async () => {
    await using cloud = await entra(() => ({ write: () => undefined }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const stop = new AbortController()
    const waiting = asking.get('/one', stop.signal)
    stop.abort(new Error('ended'))
    await expect(waiting).rejects.toThrow('ended')
  })
})

describe('a credential', () => {
  test('is a certificate: its assertion is for the address of the tokens, and names the key', async () => {
    const { pem, keyPem } = applicationCertificate()
    await using cloud = await entra()
    await using asking = askingOf(cloudBelow(cloud.url), {
      credential: { type: 'certificate', certificate: () => pem, key: () => keyPem },
    })
    await asking.get('/one')

    const form = formOf(cloud.heard.find(isTokenRequest))
    expect(form.get('client_assertion_type')).toBe(
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    )
    expect(form.has('client_secret')).toBe(false)
    const assertion = form.get('client_assertion') ?? ''
    const certificate = new X509Certificate(pem)
    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': hash('sha256', certificate.raw, 'base64url'),
    })
    const { payload } = await jwtVerify(assertion, createPublicKey(pem), {
      algorithms: ['PS256'],
      audience: `${cloud.url}/login/${TENANT}/oauth2/v2.0/token`,
      issuer: CLIENT,
      subject: CLIENT,
      currentDate: asking.clock.now(),
      maxTokenAge: '5m',
      requiredClaims: ['jti', 'nbf'],
    })
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(600)
  })

  test('is a certificate with its own key, or is refused before anybody is asked', async () => {
    const one = applicationCertificate()
    const other = applicationCertificate()
    await using cloud = await entra()
    await using asking = askingOf(cloudBelow(cloud.url), {
      credential: { type: 'certificate', certificate: () => one.pem, key: () => other.keyPem },
    })
    await expect(asking.get('/one')).rejects.toMatchObject({ code: 'CREDENTIAL_UNREADABLE' })
    expect(cloud.heard).toEqual([])
  })

  test('is a federated token, whose file is read anew for each token', async () => {
    const file = join(folder, 'federated')
    writeFileSync(file, 'canary-first\n')
    await using cloud = await entra(() => tokenAnswer(600))
    await using asking = askingOf(cloudBelow(cloud.url), {
      credential: { type: 'federated-token', read: secretFromFile(file) },
    })
    await asking.get('/one')
    writeFileSync(file, 'canary-second')
    asking.clock.nowMs += 600_000
    await asking.get('/two')
    const assertions = cloud.heard
      .filter(isTokenRequest)
      .map((heard) => formOf(heard).get('client_assertion'))
    expect(assertions).toEqual(['canary-first', 'canary-second'])
  })

  test.each([
    ['a variable', secretFromEnvironment({ EMPTY: '' }, 'EMPTY'), 'EMPTY'],
    ['a file', secretFromFile(join(folder, 'gone')), 'gone'],
  ])(
    'is in %s that is named when it is missing, and nothing is tried again',
    async (_what, read, name) => {
      await using cloud = await entra()
      await using asking = askingOf(cloudBelow(cloud.url), { credential: { type: 'secret', read } })
      await expect(asking.get('/one')).rejects.toMatchObject({
        code: 'SECRET_MISSING',
        message: expect.stringContaining(name),
      })
      expect(asking.clock.slept).toEqual([])
      expect(asking.client.usage()).toMatchObject([{ failed: 0 }])
    },
  )
})

describe('the identity of a machine', () => {
  // As the metadata service words it: numbers as text.
  const identity = {
    body: {
      access_token: TOKEN,
      client_id: CLIENT,
      expires_in: '3599',
      expires_on: '1772629199',
      resource: 'https://manage.office.com',
      token_type: 'Bearer',
    },
  }

  test('is asked for where App Service says, with its header and no proxy', async () => {
    await using platform = await standIn((heard) =>
      heard.path.startsWith('/msi') ? identity : { body: {} },
    )
    await using asking = askingOf(cloudBelow(platform.url), {
      credential: { type: 'managed-identity' },
      environment: {
        IDENTITY_ENDPOINT: `${platform.url}/msi/token`,
        IDENTITY_HEADER: 'canary-header',
        HTTP_PROXY: 'http://127.0.0.1:1',
      },
    })
    expect((await asking.get('/one')).status).toBe(200)
    const [token, answer] = platform.heard
    const { searchParams } = new URL(token?.path ?? '', platform.url)
    expect(Object.fromEntries(searchParams)).toEqual({
      'api-version': '2019-08-01',
      resource: 'https://manage.office.com',
      client_id: CLIENT,
    })
    expect(token?.headers['x-identity-header']).toBe('canary-header')
    expect(answer?.headers.authorization).toBe(`Bearer ${TOKEN}`)
  })

  test('is asked for at the metadata service of a virtual machine', async () => {
    await using platform = await standIn((heard) =>
      heard.path.startsWith('/metadata') ? identity : { body: {} },
    )
    await using asking = askingOf(cloudBelow(platform.url), {
      credential: { type: 'managed-identity' },
      clientId: '',
      environment: { AZURE_POD_IDENTITY_AUTHORITY_HOST: platform.url },
    })
    expect((await asking.get('/one')).status).toBe(200)
    const [token] = platform.heard
    expect(token?.path).toBe(
      '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanage.office.com',
    )
    expect(token?.headers['metadata']).toBe('true')
  })

  test.each([
    [400, false],
    [429, true],
    [500, true],
  ])('that is not given (HTTP %i) says so with the fix', async (status, isPassing) => {
    await using platform = await standIn(() => ({ status, body: { error: 'invalid_request' } }))
    await using asking = askingOf(cloudBelow(platform.url), {
      credential: { type: 'managed-identity' },
      environment: { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'x' },
    })
    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'TOKEN_REFUSED',
      isPassing,
      message: expect.stringContaining('assign one, or use a certificate'),
    })
  })
})
