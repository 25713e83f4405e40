import { beforeAll, describe, expect, test } from 'vitest'
import { checkPackage, type Report } from './check-package.ts'
import { parseGiven } from './given-keys.ts'
import type { Picked } from './open-package.ts'
import { BROKEN } from './broken-packages.suite.ts'
import {
  aPackage,
  FINGERPRINT,
  OTHER_KEY,
  OTHER_TENANT,
  type Package,
  PUBLIC_KEY,
  zipped,
} from './package.suite.ts'

const NOTHING = { keys: [], fingerprints: [] }

const given = (text: string) => parseGiven(text) ?? NOTHING
const blobOf = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)])
const folder = (files: Package): Picked[] =>
  [...files].map(([path, bytes]) => ({ path: `export-7/${path}`, blob: blobOf(bytes) }))
const zip = async (files: Package, compress = true): Promise<Picked[]> => [
  { path: 'export-7.zip', blob: blobOf(await zipped(files, compress)) },
]
const codesOf = ({ findings }: Report) => [...findings.counts.keys()].toSorted()

let whole: Package

// Made once: no test changes it.
beforeAll(async () => {
  whole = await aPackage()
})

describe('a whole package is intact', () => {
  const shapes: Readonly<Record<string, (files: Package) => Picked[] | Promise<Picked[]>>> = {
    'as a folder': folder,
    'as a ZIP': zip,
    'as a ZIP that is not packed': (files) => zip(files, false),
    'as files picked one by one': (files) =>
      [...files].map(([path, bytes]) => ({
        path: path.slice(path.lastIndexOf('/') + 1),
        blob: blobOf(bytes),
      })),
  }
  test.each(Object.entries(shapes))('%s', async (_name, pick) => {
    const report = await checkPackage(await pick(whole), NOTHING)

    expect(report.findings.kept).toEqual([])
    expect(report.contents).toMatchObject({
      records: { proven: 44, proofs: 44 },
      files: { intact: 8 },
      tenants: [{ tenant: 'contoso', fingerprint: FINGERPRINT, compared: false }],
    })
  })
})

describe('a changed package is told by what was changed', () => {
  test.each(BROKEN)('$name', async ({ change, codes }) => {
    const files = new Map(whole)
    change(files)

    expect(codesOf(await checkPackage(folder(files), NOTHING))).toEqual([...codes].toSorted())
  })
})

test('a changed package is told from a ZIP, too', async () => {
  const files = new Map(whole)
  for (const { change } of BROKEN.slice(0, 6)) change(files)

  expect(codesOf(await checkPackage(await zip(files), NOTHING))).toEqual(
    codesOf(await checkPackage(folder(files), NOTHING)),
  )
})

test('no byte of any file can be changed unseen', async () => {
  const small = await aPackage({ count: 2 })
  let tried = 0
  for (const [path, bytes] of small) {
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 6)) {
      const files = new Map(small)
      files.set(path, Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ 0x20)))
      const { findings } = await checkPackage(folder(files), NOTHING)
      expect(`${path} ${at} ${findings.total > 0}`).toBe(`${path} ${at} true`)
      tried += 1
    }
  }
  expect(tried).toBeGreaterThan(40)
})

describe('keys', () => {
  test('the key that was handed out, or its fingerprint, vouches for the package', async () => {
    const digits = FINGERPRINT.toUpperCase().replaceAll(/(.{4})/g, '$1 ')
    for (const text of [
      PUBLIC_KEY,
      `${PUBLIC_KEY}\n`,
      FINGERPRINT,
      digits,
      `SHA256:${FINGERPRINT}`,
    ]) {
      const { findings, contents } = await checkPackage(folder(whole), given(text))
      expect(findings.kept).toEqual([])
      expect(contents?.tenants).toMatchObject([{ compared: true }])
    }
  })

  test('with another key of the tenant nothing holds', async () => {
    const { findings, contents } = await checkPackage(folder(whole), given(OTHER_KEY.vkey))
    expect([...findings.counts.keys()].toSorted()).toEqual([
      'CHECKPOINT_INVALID',
      'KEY_DIFFERS',
      'MANIFEST_PROOF_INVALID',
      'PROOF_NOT_IN_LOG',
    ])
    expect(contents?.records?.proven).toBe(0)
  })

  test('a package that somebody made with a key of their own is intact until the key is compared', async () => {
    const forged = folder(await aPackage({ key: OTHER_KEY, count: 2 }))
    expect(codesOf(await checkPackage(forged, NOTHING))).toEqual([])
    expect(codesOf(await checkPackage(forged, given(FINGERPRINT)))).toEqual(['KEY_DIFFERS'])
    expect(codesOf(await checkPackage(forged, given(PUBLIC_KEY)))).toContain('CHECKPOINT_INVALID')
  })

  test('the key of a tenant that is not in the package vouches for nothing', async () => {
    const elsewhere = await aPackage({ count: 1 })
    const { contents } = await checkPackage(folder(elsewhere), given(OTHER_TENANT.vkey))
    expect(contents).toMatchObject({
      foreign: ['daybook/fabrikam'],
      tenants: [{ compared: false }],
    })
  })

  test('what is neither key nor fingerprint is refused', () => {
    for (const text of ['hello', FINGERPRINT.slice(1), PUBLIC_KEY.replace('+', '-')])
      expect(parseGiven(text)).toBeUndefined()
    expect(parseGiven(' \n ')).toEqual(NOTHING)
  })
})

test('an export without proofs is checked by its hashes and its entry in the log', async () => {
  const { findings, contents } = await checkPackage(
    folder(await aPackage({ proofs: false })),
    NOTHING,
  )
  expect(findings.kept).toEqual([])
  expect(contents?.records).toBeUndefined()
  expect(contents?.tenants).toMatchObject([{ loggedAt: '2026-03-06T12:00:00.000Z' }])
})

test('what an operating system leaves in a folder is passed over, and said', async () => {
  const files = new Map(whole).set('.DS_Store', Buffer.of(0))
  const { findings, contents } = await checkPackage(folder(files), NOTHING)
  expect(findings.kept).toEqual([])
  expect(contents?.files.ignored).toEqual(['.DS_Store'])
})

test('a check can be stopped', async () => {
  const stop = new AbortController()
  const slow = new Map(whole).set('items.csv', Buffer.alloc(40_000_000))
  const check = checkPackage(folder(slow), NOTHING, { signal: stop.signal })
  stop.abort()
  await expect(check).rejects.toThrow(/abort/i)
})
