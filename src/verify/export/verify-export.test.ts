import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BROKEN } from '../offline/broken-packages.suite.ts'
import {
  aPackage,
  FINGERPRINT,
  OTHER_KEY,
  type Package,
  PUBLIC_KEY,
  zipped,
} from '../offline/package.suite.ts'
import { verifyExport, type ExportReport } from './verify-export.ts'

// The same packages, whole and broken, that the offline verifier is tested with: both must say the same.

let root = ''
let whole: Package
let made = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'daybook-verify-export-'))
  whole = await aPackage()
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function folder(files: Package): string {
  made += 1
  const path = join(root, String(made))
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), bytes)
  }
  return path
}

async function zip(files: Package, compress = true): Promise<string> {
  made += 1
  const path = join(root, `${made}.zip`)
  writeFileSync(path, await zipped(files, compress))
  return path
}

const codesOf = ({ findings }: ExportReport): string[] =>
  [...new Set(findings.map(({ finding }) => finding))].toSorted()

test.each([
  ['a folder', (files: Package) => folder(files)],
  ['a ZIP', (files: Package) => zip(files)],
  ['a ZIP that is not packed', (files: Package) => zip(files, false)],
])('a whole package is intact as %s', async (_name, pick) => {
  const report = await verifyExport(await pick(whole))

  expect(report).toMatchObject({
    found: 0,
    findings: [],
    proofs: 44,
    proven: 44,
    tenants: [{ tenant: 'contoso', key: 'manifest', fingerprint: FINGERPRINT }],
  })
})

test('the key that was given counts', async () => {
  const path = folder(whole)

  expect(await verifyExport(path, { publicKey: PUBLIC_KEY })).toMatchObject({
    found: 0,
    tenants: [{ key: 'given' }],
  })
  const other = await verifyExport(path, { publicKey: OTHER_KEY.vkey })
  expect(codesOf(other)).toContain('KEY_DIFFERS')
  expect(other.proven).toBe(0)
  await expect(verifyExport(path, { publicKey: 'no key' })).rejects.toThrow('public key')
})

describe('a changed package is told by what was changed', () => {
  test.each(BROKEN)('$name', async ({ change, codes }) => {
    const files = new Map(whole)
    change(files)

    expect(codesOf(await verifyExport(folder(files)))).toEqual([...codes].toSorted())
    expect(codesOf(await verifyExport(await zip(files)))).toEqual([...codes].toSorted())
  })
})

test('a ZIP that is cut or changed is no package', async () => {
  const bytes = await zipped(whole, true)
  const path = join(root, 'cut.zip')
  writeFileSync(path, bytes.subarray(0, bytes.length - 30))
  expect(codesOf(await verifyExport(path))).toContain('ZIP_INVALID')

  const flipped = Buffer.from(bytes)
  const at = Math.floor(bytes.length / 3)
  flipped[at] = (flipped[at] ?? 0) ^ 0x10
  writeFileSync(path, flipped)
  expect((await verifyExport(path)).found).toBeGreaterThan(0)
})

test('what is not there is wrong use', async () => {
  await expect(verifyExport(join(root, 'nothing'))).rejects.toThrow('no such folder')
})
