import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { proxyChoice, withoutPassword } from './proxies.ts'
import {
  askingOf,
  cloudBelow,
  deadPort,
  isTokenRequest,
  proxyTo,
  standIn,
  tokenAnswer,
} from './stand-in.suite.ts'
import { testAuthority } from './test-certificates.suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-proxies-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const authority = testAuthority()
const certificates = join(folder, 'authority.pem')
writeFileSync(certificates, authority.pem)
const HOST = 'cloud.contoso.com'
const server = authority.server(HOST)

const serving = async () =>
  standIn((heard) => (isTokenRequest(heard) ? tokenAnswer() : { body: { answered: true } }), server)

describe('a proxy', () => {
  test('makes a tunnel for tokens and answers, and sees only where they lead', async () => {
    await using cloud = await serving()
    await using proxy = await proxyTo(cloud.port)
    const network = { proxy: proxy.url.replace('//', '//daybook:p%40ss@'), certificates }
    await using asking = askingOf(cloudBelow(`https://${HOST}`), { network })

    const answer = await asking.get('/one')

    expect(await answer.json()).toEqual({ answered: true })
    expect(cloud.heard.map(({ path }) => path)).toHaveLength(2)
    expect(new Set(proxy.tunnels)).toEqual(new Set([`${HOST}:443`]))
    const basic = Buffer.from('daybook:p@ss').toString('base64')
    expect(proxy.authorization).toContain(`Basic ${basic}`)
    expect(cloud.heard.map(({ headers }) => headers['proxy-authorization'])).toEqual([
      undefined,
      undefined,
    ])
  })

  test('is taken from the environment that Daybook was given', async () => {
    await using cloud = await serving()
    await using proxy = await proxyTo(cloud.port)
    const environment = { HTTPS_PROXY: proxy.url }
    await using asking = askingOf(cloudBelow(`https://${HOST}`), {
      environment,
      network: { certificates, environment },
    })

    expect((await asking.get('/one')).status).toBe(200)
    expect(proxy.tunnels).not.toEqual([])
  })

  test('that is dead is named as the cause, without its password, and with the fix', async () => {
    const dead = `http://daybook:canary@127.0.0.1:${await deadPort()}`
    await using asking = askingOf(cloudBelow(`https://${HOST}`), { network: { proxy: dead } })

    const error: unknown = await asking.get('/one').catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'PROXY_FAILED', isPassing: true })
    expect(String(error)).toContain(withoutPassword(dead))
    expect(String(error)).toContain('Check network.proxy')
    expect(String(error)).not.toContain('canary')
  })

  test.each([
    [407, 'asks for a name and a password'],
    [403, 'have this host allowed'],
  ])('that answers %i says what it wants', async (status, fix) => {
    await using proxy = await proxyTo(0, status)
    await using asking = askingOf(cloudBelow(`https://${HOST}`), { network: { proxy: proxy.url } })

    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'PROXY_FAILED',
      message: expect.stringContaining(fix),
    })
  })

  test('is not asked for what is on this machine', async () => {
    await using cloud = await standIn((heard) =>
      isTokenRequest(heard) ? tokenAnswer() : { body: {} },
    )
    const dead = `http://127.0.0.1:${await deadPort()}`
    await using asking = askingOf(cloudBelow(cloud.url), { network: { proxy: dead } })

    expect((await asking.get('/one')).status).toBe(200)
  })
})

describe('which proxy', () => {
  const environment = {
    http_proxy: 'proxy.contoso.com:3128',
    HTTPS_PROXY: 'http://secure.contoso.com:3129',
    NO_PROXY: 'direct.contoso.com, .inside.contoso.com *.below.contoso.com,port.contoso.com:8443',
  }

  test.each([
    ['https://graph.microsoft.com/v1.0', 'http://secure.contoso.com:3129'],
    ['http://graph.microsoft.com/v1.0', 'http://proxy.contoso.com:3128'],
    ['https://direct.contoso.com', null],
    ['https://a.direct.contoso.com.', null],
    ['https://notdirect.contoso.com', 'http://secure.contoso.com:3129'],
    ['https://inside.contoso.com', null],
    ['https://below.contoso.com', 'http://secure.contoso.com:3129'],
    ['https://a.below.contoso.com', null],
    ['https://port.contoso.com', 'http://secure.contoso.com:3129'],
    ['https://port.contoso.com:8443', null],
    ['http://127.0.0.1:8400', null],
    ['http://[::1]:8400', null],
    ['http://169.254.169.254/metadata', null],
  ])('asks %s', (url, proxy) => {
    expect(proxyChoice(undefined, environment)(new URL(url))).toBe(proxy)
  })

  test('of the configuration is for all requests, whatever the environment says', () => {
    const choose = proxyChoice('http://own.contoso.com:8080', { ...environment, NO_PROXY: '*' })
    expect(choose(new URL('https://direct.contoso.com'))).toBe('http://own.contoso.com:8080')
    expect(choose(new URL('http://localhost:8400'))).toBe(null)
  })

  test('is none where all are exceptions, or none is named', () => {
    const url = new URL('https://graph.microsoft.com')
    expect(proxyChoice(undefined, { ...environment, NO_PROXY: '*' })(url)).toBe(null)
    expect(proxyChoice(undefined, { HTTPS_PROXY: '' })(url)).toBe(null)
  })

  test('is refused when it is no address', () => {
    const refused = { code: 'PROXY_INVALID', message: expect.stringContaining('HTTPS_PROXY') }
    expect(() => proxyChoice(undefined, { HTTPS_PROXY: 'ftp://x' })).toThrow(
      expect.objectContaining(refused),
    )
  })
})
