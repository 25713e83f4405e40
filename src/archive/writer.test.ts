import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { append, aRecord, aWriter, failingFiles, KEY, NOON, TENANT } from './builders.suite.ts'
import { aFolder } from './folder.suite.ts'
import { encodeFrames } from './frames.ts'
import { generateKey, loadOrCreateKey } from './keys.ts'
import { MAX_SEGMENT_RECORDS, quarterOf } from './layout.ts'
import { openReader } from './reader.ts'

const later = (seconds: number): Date => new Date(NOON.getTime() + seconds * 1000)

test('a segment is sealed read-only under its class and quarter, and its manifest is in the log', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 3, { class: 'finance-7y', quarter: '2025-q4' })

  const [manifest] = await writer.seal()

  expect(manifest).toMatchObject({
    kind: 'segment',
    first: 0,
    count: 3,
    class: 'finance-7y',
    tenant: TENANT,
  })
  const file = join(directory, `segments/finance-7y/2025-q4/${manifest?.segment}.zst`)
  expect(statSync(file).mode & 0o777).toBe(0o444)
  expect(statSync(file).size).toBe(manifest?.bytes)
  const reader = await openReader(directory)
  const kinds: string[] = []
  for await (const entry of reader.entries()) kinds.push(entry.kind)
  expect(kinds).toEqual(['writerStart', 'segment'])
  expect(readdirSync(join(directory, 'open'))).toEqual([])
  await writer.close()
})

test('another class or quarter seals the open segment, so sequences stay in order', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 2)
  await append(writer, 2, { quarter: '2026-q2' })
  await append(writer, 2, { quarter: '2026-q2' })
  await append(writer, 2, { class: 'short', quarter: '2026-q2' })
  await writer.close()

  const reader = await openReader(directory)
  expect(reader.segments('records')).toMatchObject([
    { first: 0, count: 2, class: 'default', quarter: '2026-q1', state: 'sealed' },
    { first: 2, count: 4, class: 'default', quarter: '2026-q2' },
    { first: 6, count: 2, class: 'short', quarter: '2026-q2' },
  ])
})

test('a segment is full at 65,536 records, in the middle of a group if need be', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  const frames = encodeFrames(Array.from({ length: 64 }, (_, at) => aRecord(at)))
  // Not true sequences: only the counting matters here.
  await writer.append({
    stream: 'records',
    class: 'default',
    quarter: '2026-q1',
    first: 0,
    frames: Array.from({ length: 1025 }, () => frames[0]).filter((frame) => frame !== undefined),
  })

  const reader = await openReader(directory)
  expect(reader.segments('records')).toMatchObject([
    { count: MAX_SEGMENT_RECORDS, state: 'sealed' },
    { first: MAX_SEGMENT_RECORDS, count: 64, state: 'open' },
  ])
  await writer.close()
})

test('sealIfDue() seals what is older than 60 seconds, or from the future', async () => {
  const writer = await aWriter(aFolder())
  await append(writer, 1)
  expect(await writer.sealIfDue(later(59))).toEqual([])
  expect(await writer.sealIfDue(later(60))).toHaveLength(1)
  await append(writer, 1)
  expect(await writer.sealIfDue(later(-5))).toHaveLength(1)
  await writer.close()
})

test('many small groups are packed into full frames when they are sealed', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  for (let at = 0; at < 80; at += 1) await append(writer, 2)
  const reader = await openReader(directory)
  const before = await reader.read([0, 80, 159])
  await writer.close()

  await reader.refresh()
  const frames = []
  for await (const frame of reader.frames(0)) frames.push(frame.count)
  expect(frames).toEqual([64, 64, 32])
  expect(await reader.read([0, 80, 159])).toEqual(before)
})

test('the wrong first sequence is refused and changes nothing', async () => {
  const writer = await aWriter(aFolder())
  const frames = encodeFrames([aRecord(5)])
  const group = {
    stream: 'records',
    class: 'default',
    quarter: '2026-q1',
    first: 5,
    frames,
  } as const
  await expect(writer.append(group)).rejects.toMatchObject({ code: 'SEQUENCE_MISMATCH' })
  await expect(writer.append({ ...group, first: 0, class: '../x' })).rejects.toMatchObject({
    code: 'BAD_RETENTION',
  })
  await expect(writer.appendEntry('segment', {})).rejects.toMatchObject({ code: 'BAD_ENTRY' })
  await expect(writer.appendEntry('note', { text: 'x'.repeat(3000) })).rejects.toMatchObject({
    code: 'BAD_ENTRY',
  })
  await append(writer, 1)
  expect(writer.nextSequence('records')).toBe(1)
  await writer.close()
  await expect(append(writer, 1)).rejects.toMatchObject({ code: 'WRITER_CLOSED' })
})

test('a full disk is told in a sentence; the writer then refuses until it is opened anew', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 1)
  await writer.close({ seal: false })
  const failing = await aWriter(directory, { files: failingFiles(26, 'error') })
  let failure: unknown
  for (let at = 0; at < 9 && failure === undefined; at += 1)
    failure = await append(failing, 1).catch((error: unknown) => error)

  expect(failure).toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('free some space'),
  })
  await expect(append(failing, 1)).rejects.toMatchObject({ code: 'WRITER_FAILED', cause: failure })
  await failing.close()
})

test('two writers: the one that is behind cannot sign', async () => {
  const directory = aFolder()
  const first = await aWriter(directory)
  const second = await aWriter(directory, { epoch: 2 })

  await append(first, 1, { class: 'other' })
  await expect(first.seal()).rejects.toMatchObject({ code: 'WRITER_FENCED' })
  await expect(aWriter(directory, { epoch: 1 })).rejects.toMatchObject({ code: 'WRITER_FENCED' })
  await second.close({ seal: false })
})

test('a log cannot be continued with another key', async () => {
  const directory = aFolder()
  await (await aWriter(directory)).close()
  await expect(aWriter(directory, { key: generateKey(TENANT) })).rejects.toMatchObject({
    code: 'BAD_KEY',
  })
})

test('an archive whose recorded bytes were changed is not written to', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 5)
  await append(writer, 5)
  await writer.close({ seal: false })
  const file = join(directory, 'open', readdirSync(join(directory, 'open'))[0] ?? '')
  const bytes = readFileSync(file)
  bytes[400] = (bytes[400] ?? 0) ^ 1
  writeFileSync(file, bytes)

  await expect(aWriter(directory)).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' })
  expect(readFileSync(file)).toEqual(bytes)
})

test('more than 256 entries fill tiles, and partial files give way to full ones', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  for (let at = 0; at < 300; at += 1) await writer.appendEntry('coverage', { n: at })
  await writer.close()

  expect(existsSync(join(directory, 'log/tile/0/000'))).toBe(true)
  expect(existsSync(join(directory, 'log/tile/0/000.p'))).toBe(false)
  expect(existsSync(join(directory, 'log/tile/1/000.p/1'))).toBe(true)
  const again = await aWriter(directory)
  expect(again.checkpoint().size).toBe(302)
  await again.close()
})

test('a key is made once, readable by its owner only, and bound to its tenant', async () => {
  const file = join(aFolder(), 'keys/contoso.key')
  const key = await loadOrCreateKey(file, TENANT)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await loadOrCreateKey(file, TENANT)).vkey).toBe(key.vkey)
  await expect(loadOrCreateKey(file, 'fabrikam')).rejects.toMatchObject({ code: 'BAD_KEY' })
  writeFileSync(file, 'junk')
  await expect(loadOrCreateKey(file, TENANT)).rejects.toMatchObject({ code: 'BAD_KEY' })
  expect(KEY.vkey).toMatch(/^daybook\/contoso\+[0-9a-f]{8}\+/)
})

test('quarterOf() gives the quarter in UTC, and a name for every date', () => {
  expect(quarterOf(new Date('2026-03-31T23:59:59Z'))).toBe('2026-q1')
  expect(quarterOf(new Date('2026-04-01T00:00:00Z'))).toBe('2026-q2')
  expect(quarterOf(new Date(Number.NaN))).toBe('0000-q1')
  expect(quarterOf(new Date('+012026-04-01T00:00:00Z'))).toBe('9999-q4')
})
