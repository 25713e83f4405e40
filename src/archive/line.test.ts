import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../platform/jcs.ts'
import { aRecord, anActivity } from './builders.suite.ts'
import { decodeActivity, decodeLine, encodeDisposed, encodeLine, newSalt, rawOf } from './line.ts'
import { leafHash } from './merkle.ts'

test('encodeLine() writes canonical JSON whatever the text, and decodeLine() reads it back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.nat(),
      fc.boolean(),
      (raw, id, sequence, hasId) => {
        const fields = {
          tenant: 'contoso',
          sequence,
          namespace: 'audit',
          ...(hasId ? { id } : {}),
          source: 'export-files',
          container: 'c-1',
          range: [0, raw.length] as const,
          receivedAt: '2026-03-06T12:00:00.000Z',
          salt: newSalt(),
          raw,
        }
        const line = encodeLine(fields)
        expect(line).toBe(canonicalJson({ ...fields, v: 1 }))
        expect(decodeLine(Buffer.from(line))).toEqual({ ...fields, v: 1 })
        expect(rawOf(decodeLine(Buffer.from(line))).toString()).toBe(raw)
      },
    ),
  )
})

test('bytes that are no UTF-8 are kept as base64', () => {
  const bytes = Buffer.of(0xff, 0xfe, 0x00)
  const { raw: _raw, ...fields } = decodeLine(Buffer.from(aRecord(1)))
  const line = encodeLine({ ...fields, rawBase64: bytes.toString('base64') })
  expect(rawOf(decodeLine(Buffer.from(line)))).toEqual(bytes)
})

test.each([
  ['an upper-case tenant', { tenant: 'Contoso' }],
  ['a tenant that climbs out of its folder', { tenant: '..' }],
  ['half a surrogate pair', { raw: '\ud800' }],
  ['both raw and rawBase64', { rawBase64: 'AA==' }],
  ['a source with a quote', { source: 'a"b' }],
  ['a short salt', { salt: 'abc' }],
  ['a time without milliseconds', { receivedAt: '2026-03-06T12:00:00Z' }],
  ['a negative range', { range: [-1, 2] as const }],
])('encodeLine() refuses %s', (_what, fields) => {
  expect(() => aRecord(1, fields)).toThrow(expect.objectContaining({ code: 'BAD_LINE' }))
})

test('decodeLine() refuses anything that encodeLine() would write differently, with a code', () => {
  const line = aRecord(7)
  for (const wrong of [
    `${line}\n`,
    line.replace('{"container"', '{ "container"'),
    line.replace('"v":1', '"v":2'),
    line.replace('"v":1', '"v":1,"w":1'),
    line.slice(0, -1),
    'null',
    '[]',
    '',
  ])
    expect(() => decodeLine(Buffer.from(wrong))).toThrow(
      expect.objectContaining({ code: 'BAD_LINE' }),
    )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(() => decodeLine(bytes)).toThrow(expect.objectContaining({ code: 'BAD_LINE' }))
      expect(() => decodeActivity(bytes)).toThrow(expect.objectContaining({ code: 'BAD_LINE' }))
    }),
  )
})

test('an error about a line says nothing of its text', () => {
  const line = aRecord(7, { raw: 'the secret merger' }).replace('"v":1', '"v":2')
  expect(() => decodeLine(Buffer.from(line))).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('merger') }),
  )
})

test('an erased record is told apart from a damaged one', () => {
  const line = encodeDisposed(leafHash(Buffer.from(aRecord(3))), 3, 'contoso')
  expect(() => decodeLine(Buffer.from(line))).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
})

test('an activity reads back', () => {
  expect(decodeActivity(Buffer.from(anActivity(4)))).toMatchObject({ sequence: 4, kind: 'search' })
})

test('salts differ', () => {
  expect(new Set(Array.from({ length: 3000 }, newSalt)).size).toBe(3000)
})
