import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  askingOf,
  cloudBelow,
  isTokenRequest,
  proxyTo,
  standIn,
  tokenAnswer,
} from './stand-in.suite.ts'
import { testAuthority } from './test-certificates.suite.ts'
import { openTransport } from './transport.ts'

const folder = mkdtempSync(join(tmpdir(), 'daybook-authorities-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const HOST = 'cloud.contoso.com'
const authority = testAuthority()
const written = (name: string, pem: string): string => {
  const file = join(folder, name)
  writeFileSync(file, pem)
  return file
}

async function asked(certificates?: string): Promise<number> {
  await using cloud = await standIn(
    (heard) => (isTokenRequest(heard) ? tokenAnswer() : { body: {} }),
    authority.server(HOST),
  )
  await using proxy = await proxyTo(cloud.port)
  const network = { proxy: proxy.url, ...(certificates === undefined ? {} : { certificates }) }
  await using asking = askingOf(cloudBelow(`https://${HOST}`), { network })
  return (await asking.get('/one')).status
}

test('a certificate of an own authority is accepted where the authority is named', async () => {
  // As files of authorities are: several, with what their makers wrote between them.
  const pem = `# Contoso\n${testAuthority().pem}\n# Contoso, inside\n${authority.pem}`
  expect(await asked(written('authorities.pem', pem))).toBe(200)
})

test.each([
  ['no authority is named', undefined],
  ['another one is named', written('other.pem', testAuthority().pem)],
])('it is refused with the fix where %s', async (_what, certificates) => {
  await expect(asked(certificates)).rejects.toMatchObject({
    code: 'CERTIFICATE_UNTRUSTED',
    message: expect.stringMatching(/cloud\.contoso\.com.*network\.certificates/),
  })
})

test('a certificate for another host is refused', async () => {
  await using cloud = await standIn(() => ({}), authority.server('other.contoso.com'))
  await using proxy = await proxyTo(cloud.port)
  const network = { proxy: proxy.url, certificates: written('own.pem', authority.pem) }
  await using asking = askingOf(cloudBelow(`https://${HOST}`), { network })

  await expect(asking.get('/one')).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' })
  expect(cloud.heard).toEqual([])
})

test.each([
  ['is not there', join(folder, 'missing.pem')],
  ['holds none', written('empty.pem', 'nothing')],
  [
    'holds one that is broken',
    written('broken.pem', authority.pem.replace(/\n[^-]{40}/, '\nAAAA')),
  ],
])('a file of authorities that %s is refused at the start', (_what, certificates) => {
  expect(() => openTransport({ certificates, environment: {} })).toThrow(
    expect.objectContaining({ code: 'CERTIFICATES_UNREADABLE' }),
  )
})
