import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { auditRecord, read, scratch } from './testdata/exports.ts'

/** One entry of a tar archive, as `tar` writes it. */
function entry(name: string, bytes: string | Buffer, type = '0', prefix = ''): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${Buffer.byteLength(bytes).toString(8).padStart(11, '0')}\0`, 124)
  header.write('        ', 148)
  header.write(type, 156)
  header.write('ustar\x0000', 257)
  header.write(prefix, 345)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (Buffer.byteLength(bytes) % 512)) % 512)
  return Buffer.concat([header, Buffer.from(bytes), padding])
}

const END = Buffer.alloc(1024)
const one = JSON.stringify(auditRecord(1))
const two = JSON.stringify(auditRecord(2))

test('the files of a tar archive are read, whatever else lies in it and however it is packed', async () => {
  using files = scratch()
  const archive = Buffer.concat([
    entry('exports/', '', '5'),
    entry('a.json', `[${one}]`, '0', 'exports'),
    entry('._a.json', 'x'),
    entry('PaxHeader', '25 path=exports/long.json\n', 'x'),
    entry('short', gzipSync(two)),
    entry('link', '', '2'),
    END,
  ])
  for (const bytes of [archive, gzipSync(archive)]) {
    const path = files.file('exports.bin', bytes)
    const { records, containers, errors } = await read([path])
    const isPackedTwice = bytes !== archive
    expect(containers.map(({ name }) => name)).toEqual(
      isPackedTwice
        ? [`${path}!exports/a.json`]
        : [`${path}!exports/a.json`, `${path}!exports/long.json`],
    )
    expect(records.map(({ raw }) => raw)).toEqual(isPackedTwice ? [one] : [one, two])
    expect(errors.map(({ code }) => code)).toEqual(isPackedTwice ? ['ARCHIVE_REFUSED'] : [])
  }
})

test('a tar archive that is cut off or damaged gives what could be read; one without files says so', async () => {
  using files = scratch()
  const first = entry('a.json', `${one}\n`.repeat(3))
  const second = entry('b.json', two)
  const cut = await read([files.file('cut.tar', first.subarray(0, 512 + one.length + 5))])
  expect(cut.records.map(({ raw }) => raw)).toEqual([one])
  expect(cut.errors.map(({ code }) => code)).toContain('FILE_TRUNCATED')
  second.writeUInt8(0x41, 3)
  const damaged = await read([files.file('damaged.tar', Buffer.concat([first, second]))])
  expect(damaged.records).toHaveLength(3)
  expect(damaged.errors).toMatchObject([{ code: 'ARCHIVE_BROKEN' }])
  const empty = await read([files.file('empty.tar', Buffer.concat([entry('x/', '', '5'), END]))])
  expect(empty.errors).toMatchObject([{ code: 'NOT_AN_EXPORT' }])
})
