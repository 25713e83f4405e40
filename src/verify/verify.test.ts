import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { append, aWriter, KEY, TENANT } from '../archive/builders.suite.ts'
import { aFolder } from '../archive/folder.suite.ts'
import { generateKey, keyFromSeed } from '../archive/keys.ts'
import { signCheckpoint } from '../archive/checkpoint.ts'
import type { Report } from './types.ts'
import { verifyArchive } from './verify.ts'

const text = (directory: string, path: string): string =>
  readFileSync(join(directory, path), 'utf8')

function flip(
  directory: string,
  path: string,
  at = Math.floor(statSync(join(directory, path)).size / 2),
  bit = 0,
): void {
  const file = join(directory, path)
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  chmodSync(file, 0o644)
  writeFileSync(file, bytes)
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(directory, path)).isFile())
    .toSorted()
}

/** Three sealed segments of records, one of activity, one open segment, ten log entries. */
async function anArchive(): Promise<string> {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 100)
  await writer.seal()
  await append(writer, 100)
  await writer.seal()
  await append(writer, 5, { quarter: '2026-q2' })
  await append(writer, 2, { stream: 'activity' })
  await writer.seal()
  for (let at = 0; at < 4; at += 1) await writer.appendEntry('coverage', { at: `hour ${at}` })
  await append(writer, 3)
  await append(writer, 4)
  await writer.close({ seal: false })
  return directory
}

const SEGMENT = 'segments/default/2026-q1/r000000000000-000001.zst'
const SECOND = 'segments/default/2026-q1/r000000000100-000001.zst'
const OPEN = 'open/r000000000205-000001.open'
const BUNDLE = 'log/tile/entries/000.p/9'
const TILE = 'log/tile/0/000.p/9'

const objects = ({ findings }: Report): string[] => findings.map(({ object }) => object)
const codes = ({ findings }: Report): string[] => findings.map(({ finding }) => finding)

test('an intact archive has no findings and counts records of the stream "records" only', async () => {
  const directory = await anArchive()

  const report = await verifyArchive(directory)

  expect(report.findings).toEqual([])
  expect(report).toMatchObject({
    records: 212,
    activities: 2,
    segments: 5,
    entries: 9,
    disposed: 0,
  })
  expect(report.tenants).toMatchObject([{ tenant: TENANT, key: 'own', records: 212 }])
})

test('a data folder, its archive folder and a tenant folder can be given', async () => {
  const directory = await anArchive()
  const data = dirname(directory)
  mkdirSync(join(data, 'data/archive'), { recursive: true })
  cpSync(directory, join(data, 'data/archive', TENANT), { recursive: true })

  for (const folder of ['data', 'data/archive', `data/archive/${TENANT}`])
    expect(await verifyArchive(join(data, folder))).toMatchObject({ records: 212, findings: [] })
})

describe('one flipped bit is found, and the file named, in', () => {
  test.each([
    SEGMENT,
    OPEN,
    BUNDLE,
    TILE,
    'log/checkpoint',
    'log/vkey',
    'log/tile/entries/000.p/3',
    'log/tile/0/000.p/1',
    'segments/activity/2026-q1/a000000000000-000001.zst',
  ])('%s', async (path) => {
    const directory = await anArchive()
    expect(existsSync(join(directory, path))).toBe(true)
    flip(directory, path)

    const report = await verifyArchive(directory)

    expect(objects(report)).toContain(path)
  })

  test('the line feed behind the key: another blank is a change', async () => {
    const directory = await anArchive()
    flip(directory, 'log/vkey', statSync(join(directory, 'log/vkey')).size - 1)
    expect(text(directory, 'log/vkey')).toMatch(/\v$/)

    expect(objects(await verifyArchive(directory))).toEqual(['log/vkey'])
    expect(objects(await verifyArchive(directory, { publicKey: KEY.vkey }))).toEqual(['log/vkey'])
  })

  test('any byte of any file', async () => {
    const directory = await anArchive()
    const copy = aFolder()
    const paths = filesOf(directory)
    expect(paths.length).toBeGreaterThan(20)
    // A key in the archive cannot vouch for itself: with the key at hand every change is seen.
    const publicKey = KEY.vkey

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), fc.nat(7), async (path, at, bit) => {
        rmSync(copy, { recursive: true, force: true })
        cpSync(directory, copy, { recursive: true })
        flip(copy, path, at % statSync(join(copy, path)).size, bit)
        const report = await verifyArchive(copy, { publicKey })
        expect(objects(report)).toContain(path)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a removed file is named:', () => {
  test.each([
    [SEGMENT, 'SEGMENT_MISSING'],
    [BUNDLE, 'BUNDLE_MISSING'],
    [TILE, 'TILE_MISSING'],
    ['log/checkpoint', 'CHECKPOINT_MISSING'],
    ['log/vkey', 'KEY_MISSING'],
  ])('%s', async (path, code) => {
    const directory = await anArchive()
    rmSync(join(directory, path))

    const report = await verifyArchive(directory)

    expect(report.findings).toContainEqual(expect.objectContaining({ object: path, finding: code }))
  })
})

test('two swapped segments are both named', async () => {
  const directory = await anArchive()
  renameSync(join(directory, SEGMENT), join(directory, 'kept'))
  renameSync(join(directory, SECOND), join(directory, SEGMENT))
  renameSync(join(directory, 'kept'), join(directory, SECOND))

  const report = await verifyArchive(directory)

  expect(report.findings).toMatchObject([
    { object: SEGMENT, finding: 'SEGMENT_SWAPPED' },
    { object: SECOND, finding: 'SEGMENT_SWAPPED' },
  ])
})

test('a truncated segment is named with the records it held', async () => {
  const directory = await anArchive()
  chmodSync(join(directory, SEGMENT), 0o644)
  writeFileSync(join(directory, SEGMENT), readFileSync(join(directory, SEGMENT)).subarray(0, 200))

  const [finding] = (await verifyArchive(directory)).findings

  expect(finding).toMatchObject({ object: SEGMENT, finding: 'SEGMENT_CHANGED' })
  expect(finding?.message).toContain('records 0 to 99')
})

test('a segment that the log does not list is named', async () => {
  const directory = await anArchive()
  const stray = 'segments/default/2026-q1/r000000000007-000001.zst'
  cpSync(join(directory, SEGMENT), join(directory, stray))
  writeFileSync(join(directory, 'notes.txt'), 'x')

  const report = await verifyArchive(directory)

  expect(objects(report).toSorted()).toEqual(['notes.txt', stray])
  expect(codes(report)).toEqual(['STRAY_FILE', 'STRAY_FILE'])
})

describe('a replaced checkpoint is found:', () => {
  test('an older one, put back alone', async () => {
    const directory = aFolder()
    const writer = await aWriter(directory)
    const older = writer.checkpoint().text
    await append(writer, 3)
    await writer.close()
    writeFileSync(join(directory, 'log/checkpoint'), older)

    const report = await verifyArchive(directory)

    expect(report.findings[0]).toMatchObject({
      object: 'log/checkpoint',
      finding: 'CHECKPOINT_BEHIND',
    })
  })

  test('a later one, from a copy that went on', async () => {
    const directory = await anArchive()
    const copy = aFolder()
    cpSync(directory, copy, { recursive: true })
    const writer = await aWriter(copy)
    await writer.close()
    writeFileSync(join(directory, 'log/checkpoint'), text(copy, 'log/checkpoint'))

    const report = await verifyArchive(directory)

    expect(report.findings).toMatchObject([
      { object: 'log/checkpoint', finding: 'CHECKPOINT_AHEAD' },
    ])
  })

  test('one with another root, signed with the right key', async () => {
    const directory = await anArchive()
    writeFileSync(
      join(directory, 'log/checkpoint'),
      signCheckpoint(KEY, 9, Buffer.alloc(32, 1)).text,
    )

    const report = await verifyArchive(directory)

    expect(report.findings).toMatchObject([
      { object: 'log/checkpoint', finding: 'CHECKPOINT_ROOT' },
    ])
  })

  test('one signed with another key', async () => {
    const directory = await anArchive()
    const other = generateKey(TENANT)
    writeFileSync(
      join(directory, 'log/checkpoint'),
      signCheckpoint(other, 9, Buffer.alloc(32, 1)).text,
    )

    expect(codes(await verifyArchive(directory))).toEqual(['CHECKPOINT_INVALID'])
  })
})

test('a whole log rewritten with another key is found by whoever has the key', async () => {
  const directory = aFolder()
  const forged = keyFromSeed(TENANT, Buffer.alloc(32, 9))
  const writer = await aWriter(directory, { key: forged })
  await append(writer, 3)
  await writer.close()

  expect((await verifyArchive(directory)).findings).toEqual([])
  const report = await verifyArchive(directory, { publicKey: KEY.vkey })

  expect(codes(report)).toEqual(['KEY_DIFFERS', 'CHECKPOINT_INVALID'])
})

describe('--since', () => {
  test('accepts a log that extends the remembered checkpoint', async () => {
    const directory = aFolder()
    const writer = await aWriter(directory)
    const since = writer.checkpoint().text
    await append(writer, 3)
    await writer.close()

    expect((await verifyArchive(directory, { since })).findings).toEqual([])
  })

  test('finds a folder that was rolled back as a whole', async () => {
    const directory = await anArchive()
    const copy = aFolder()
    cpSync(directory, copy, { recursive: true })
    const writer = await aWriter(directory)
    await writer.close()

    const report = await verifyArchive(copy, { since: text(directory, 'log/checkpoint') })

    expect(codes(report)).toEqual(['SINCE_AHEAD'])
  })

  test('finds a history that was rewritten', async () => {
    const [directory, other] = [await anArchive(), aFolder()]
    const writer = await aWriter(other, { software: 'another history' })

    const report = await verifyArchive(directory, { since: writer.checkpoint().text })

    expect(codes(report)).toEqual(['SINCE_CONTRADICTED'])
    await writer.close()
  })

  test('says when no log is the one of the checkpoint', async () => {
    const directory = await anArchive()
    const since = signCheckpoint(
      keyFromSeed('fabrikam', Buffer.alloc(32)),
      1,
      Buffer.alloc(32),
    ).text

    expect(codes(await verifyArchive(directory, { since }))).toEqual(['SINCE_INVALID'])
  })
})

test('bytes of an unfinished write at the end of an open segment are a note, not a finding', async () => {
  const directory = await anArchive()
  const file = join(directory, OPEN)
  const bytes = readFileSync(file)
  writeFileSync(file, Buffer.concat([bytes, bytes.subarray(300, 340)]))
  const whole = bytes.subarray(bytes.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])))
  writeFileSync(file, Buffer.concat([bytes, whole.subarray(0, 60)]))

  const report = await verifyArchive(directory)

  expect(report.findings).toEqual([])
  expect(report.notes).toEqual([expect.stringContaining('60 bytes at its end')])
})

test('every bit of the last recorded group of an open segment counts', async () => {
  const directory = await anArchive()
  const size = statSync(join(directory, OPEN)).size
  for (let at = size - 120; at < size; at += 1) {
    flip(directory, OPEN, at, at % 8)
    const named = objects(await verifyArchive(directory)).includes(OPEN)
    expect([at, named]).toEqual([at, true])
    flip(directory, OPEN, at, at % 8)
  }
})

test('what is no archive is refused with a sentence', async () => {
  const directory = aFolder()
  mkdirSync(directory)
  await expect(verifyArchive(directory)).rejects.toMatchObject({ code: 'NOT_AN_ARCHIVE' })
  await expect(verifyArchive(join(directory, 'nowhere'))).rejects.toMatchObject({
    code: 'NOT_AN_ARCHIVE',
  })
  await expect(verifyArchive(directory, { publicKey: 'x' })).rejects.toMatchObject({
    code: 'BAD_PUBLIC_KEY',
  })
  await expect(verifyArchive(directory, { since: 'x' })).rejects.toMatchObject({
    code: 'BAD_CHECKPOINT',
  })
})

test('whatever the files hold, verify reports and does not throw', async () => {
  expect.hasAssertions()
  const directory = await anArchive()
  const copy = aFolder()
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  const paths = filesOf(directory)

  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.uint8Array({ maxLength: 400 }),
      async (path, junk) => {
        rmSync(copy, { recursive: true, force: true })
        cpSync(directory, copy, { recursive: true })
        chmodSync(join(copy, path), 0o644)
        writeFileSync(join(copy, path), junk)
        const report = await verifyArchive(copy, { publicKey: KEY.vkey })
        // An open segment that is cut short looks like one that was never written: nothing vouches for it yet.
        expect([path, path === OPEN || objects(report).includes(path)]).toEqual([path, true])
      },
    ),
    { numRuns: 40 },
  )
})
