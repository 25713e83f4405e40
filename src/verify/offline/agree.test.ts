import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyExport } from '../export/verify-export.ts'
import { BROKEN } from './broken-packages.suite.ts'
import { aPackage, OTHER_KEY, type Package, zipped } from './package.suite.ts'

// The page and `daybook verify --export` share no code. check-package.test.ts holds the page to these codes.

let root = ''
let whole: Package

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'daybook-agree-'))
  whole = await aPackage()
}, 60_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

function written(name: string, files: Package): string {
  const folder = join(root, name.replaceAll(' ', '-'))
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
  }
  return folder
}

async function codesOf(path: string, publicKey?: string): Promise<string[]> {
  const { findings } = await verifyExport(path, publicKey === undefined ? {} : { publicKey })
  return [...new Set(findings.map(({ finding }) => finding))].toSorted()
}

describe('`daybook verify --export` reports the same as the page', () => {
  test.each(BROKEN)('$name', async ({ name, change, codes }) => {
    const files = new Map(whole)
    change(files)

    expect(await codesOf(written(name, files))).toEqual([...codes].toSorted())
  })

  test('a whole package, with the key and with another one', async () => {
    const folder = written('whole', whole)
    expect(await codesOf(folder)).toEqual([])
    expect(await codesOf(folder, OTHER_KEY.vkey)).toEqual([
      'CHECKPOINT_INVALID',
      'KEY_DIFFERS',
      'MANIFEST_PROOF_INVALID',
      'PROOF_NOT_IN_LOG',
    ])
  })

  test('a ZIP that was cut off', async () => {
    const file = join(root, 'cut.zip')
    writeFileSync(file, (await zipped(whole)).subarray(0, -30))
    expect(await codesOf(file)).toContain('ZIP_INVALID')
  })
})
