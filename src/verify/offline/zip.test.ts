import { beforeAll, describe, expect, test } from 'vitest'
import { checkPackage } from './check-package.ts'
import { type PackageFile, PackageError, wholeOf } from './package-file.ts'
import { aPackage, type Package, zipped } from './package.suite.ts'
import { openZip } from './zip.ts'

const blobOf = (bytes: Uint8Array) => new Blob([new Uint8Array(bytes)])
const FILES: Package = new Map([
  ['manifest.json', Buffer.from('{}')],
  ['records/1.json', Buffer.from('x'.repeat(300_000))],
  ['empty.csv', Buffer.alloc(0)],
])
const END = 22

let zip: Buffer

beforeAll(async () => {
  zip = await zipped(FILES)
})

async function read(files: readonly PackageFile[]): Promise<Map<string, Buffer>> {
  const all = new Map<string, Buffer>()
  for (const file of files) {
    const bytes = await wholeOf(file, 1_000_000)
    all.set(file.path, Buffer.from(bytes ?? []))
  }
  return all
}

async function whatIsWrong(bytes: Buffer): Promise<string> {
  try {
    await read(await openZip(blobOf(bytes)))
    return 'nothing'
  } catch (error) {
    if (error instanceof PackageError) return error.message
    throw error
  }
}

test('files are read, packed or not, behind other bytes or before a comment', async () => {
  expect(await read(await openZip(blobOf(zip)))).toEqual(FILES)
  expect(await read(await openZip(blobOf(await zipped(FILES, false))))).toEqual(FILES)
  const comment = Buffer.concat([zip, Buffer.from('PK\u0005\u0006 a comment')])
  comment.writeUInt16LE(comment.length - zip.length, zip.length - 2)
  expect(await read(await openZip(blobOf(comment)))).toEqual(FILES)
})

test('a ZIP64 is read by its 64-bit directory', async () => {
  expect(await read(await openZip(blobOf(await zipped(FILES, true, true))))).toEqual(FILES)
})

describe('a ZIP that is not whole is refused', () => {
  test('wherever it was cut off', async () => {
    for (let at = 0; at < zip.length; at += 13)
      expect(await whatIsWrong(zip.subarray(0, at))).toMatch(
        /^The ZIP file cannot be read: its end is missing/,
      )
  })

  test('with one byte changed anywhere in its data', async () => {
    const data = zip.indexOf('records/1.json') + 'records/1.json'.length
    for (let at = data; at < data + 60; at += 7)
      expect(await whatIsWrong(flipped(at))).toMatch(/"records\/1\.json" in the ZIP cannot be read/)
  })

  test.each([
    ['a length that is a lie', 24, /(longer|shorter) than the ZIP says/],
    ['a checksum that is a lie', 16, /is damaged/],
    ['an unknown way of packing', 11, /packed in a way/],
    ['encryption', 8, /is encrypted/],
    ['data that lies elsewhere', 42, /is not where the ZIP says/],
    ['another name in the directory', 46, /has another name there/],
    ['no signature', 0, /list of files is damaged/],
  ])('%s', async (_name, at, message) => {
    expect(await whatIsWrong(flipped(zip.readUInt32LE(zip.length - END + 16) + at))).toMatch(
      message,
    )
  })
})

test('a file that unpacks to more than it says is stopped early', async () => {
  const bomb = await zipped(new Map([['a', Buffer.alloc(50_000_000)]]))
  const directory = bomb.readUInt32LE(bomb.length - END + 16)
  bomb.writeUInt32LE(10, directory + 24)
  expect(await whatIsWrong(bomb)).toMatch(/longer than the ZIP says/)
})

test('a ZIP that holds a path twice is no package', async () => {
  const files = await aPackage({ count: 1 })
  const twice = await zipped(new Map([...files, ['items.csx', Buffer.from('other')]]))
  const bytes = Buffer.from(twice.toString('latin1').replaceAll('items.csx', 'items.csv'), 'latin1')
  const { findings } = await checkPackage([{ path: 'x.zip', blob: blobOf(bytes) }], {
    keys: [],
    fingerprints: [],
  })
  expect(findings.kept).toMatchObject([{ code: 'ZIP_INVALID', file: 'items.csv' }])
})

function flipped(at: number): Buffer {
  return Buffer.from(zip.with(at, (zip[at] ?? 0) ^ 1))
}
