import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guessEncoding, Utf16Positions, Utf16Transcoder } from './encoding.ts'

function bigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

test('the encoding is told by the mark, or by the zero bytes of UTF-16', () => {
  const text = '[{"Id":1}]'
  expect(guessEncoding(Buffer.from(text)).encoding).toBe('utf-8')
  expect(guessEncoding(Buffer.from(`\uFEFF${text}`)).encoding).toBe('utf-8-bom')
  expect(guessEncoding(Buffer.from(text, 'utf16le')).encoding).toBe('utf-16le')
  expect(guessEncoding(bigEndian(text)).encoding).toBe('utf-16be')
  expect(guessEncoding(bigEndian(`\uFEFF${text}`))).toEqual({
    encoding: 'utf-16be',
    markBytes: 2,
  })
})

test('UTF-16 becomes UTF-8 in pieces of any size, and positions lead back', () => {
  const unit = fc.constantFrom('a', '\n', 'é', '漢', '😀', '\u0000', 'ﷺ')
  fc.assert(
    fc.property(fc.string({ unit }), fc.nat(6), fc.boolean(), (text, size, isBig) => {
      const bytes = isBig ? bigEndian(text) : Buffer.from(text, 'utf16le')
      const transcoder = new Utf16Transcoder(isBig ? 'utf-16be' : 'utf-16le')
      const positions = new Utf16Positions(2)
      const out: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += size + 1) {
        out.push(transcoder.push(bytes.subarray(at, at + size + 1)))
      }
      out.push(transcoder.end())
      for (const piece of out) positions.add(piece)
      expect(Buffer.concat(out).toString('utf8')).toBe(text)
      expect(transcoder.isCut).toBe(false)
      let offset = 0
      let position = 2
      for (const character of text) {
        expect(positions.positionOf(offset)).toBe(position)
        offset += Buffer.byteLength(character)
        position += 2 * character.length
      }
    }),
  )
})

test('half of a surrogate pair stays recognisable, as bytes that are no valid UTF-8', () => {
  for (const text of ['a\uD83Db', '\uDE00', 'x\uD83D']) {
    const transcoder = new Utf16Transcoder('utf-16le')
    const out = Buffer.concat([transcoder.push(Buffer.from(text, 'utf16le')), transcoder.end()])
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(out)).toThrow(TypeError)
  }
})
