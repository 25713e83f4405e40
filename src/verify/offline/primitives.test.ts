import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inclusionProof, leafHash, rootOf } from '../../archive/merkle.ts'
import { canonicalJson } from '../../platform/jcs.ts'
import { fromBase64, textOf, toBase64, toHex, utf8 } from './bytes.ts'
import { addToCrc } from './crc32.ts'
import { verifyEd25519 } from './ed25519.ts'
import { canonical } from './json.ts'
import { linesOf } from './lines.ts'
import { pickedFile } from './package-file.ts'
import { RangeReader } from './range-reader.ts'
import { Sha256, sha256 } from './sha256.ts'
import { sha512 } from './sha512.ts'
import { verifySignature } from './signature.ts'
import { leafOf, rootFromPath } from './tree.ts'

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

test('SHA-2 of any length is that of node:crypto', () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000]) {
    const message = randomBytes(length)
    expect(toHex(sha256(message))).toBe(hash('sha256', message))
    expect(toHex(sha512(message))).toBe(hash('sha512', message))
  }
})

test('SHA-256 does not depend on how the bytes come', () => {
  const part = fc.uint8Array({ maxLength: 150 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const whole = new Sha256()
      for (const one of parts) whole.update(one)
      expect(toHex(whole.digest())).toBe(hash('sha256', Buffer.concat(parts)))
    }),
    { numRuns: 60 },
  )
})

// RFC 8032 section 7.1: tests 1, 2, 3 and "SHA(abc)".
const SIGNED = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const

describe('Ed25519', () => {
  test.each(SIGNED)(
    'holds for the vector of RFC 8032 with the key %s',
    async (key, message, signature) => {
      const [k, m, s] = [bytes(key), bytes(message), bytes(signature)]
      expect(verifyEd25519(k, m, s)).toBe(true)
      expect(await verifySignature(k, m, s)).toBe(true)
      expect(verifyEd25519(k, Uint8Array.of(...m, 0), s)).toBe(false)
      for (const at of [0, 31, 32, 63])
        expect(verifyEd25519(k, m, s.with(at, (s[at] ?? 0) ^ 1))).toBe(false)
    },
  )

  test('holds for what node:crypto signs, and for nothing else', () => {
    for (let round = 0; round < 8; round += 1) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32))
      const message = randomBytes(round * 40)
      const signature = sign(null, message, privateKey)
      expect(verifyEd25519(key, message, signature)).toBe(true)
      expect(verifyEd25519(key.with(round, (key[round] ?? 0) ^ 4), message, signature)).toBe(false)
    }
  })

  test('a second signature with s + L is refused', () => {
    const [key, message, signature] = SIGNED[1]
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const s = bytes(signature)
    let rest = BigInt(`0x${toHex(s.slice(32).toReversed())}`) + order
    for (let at = 32; at < 64; at += 1) {
      s[at] = Number(rest & 255n)
      rest >>= 8n
    }
    expect(verifyEd25519(bytes(key), bytes(message), s)).toBe(false)
  })

  test('keys and signatures of another form are refused', () => {
    const [key, message, signature] = SIGNED[1]
    expect(verifyEd25519(bytes(key).slice(1), bytes(message), bytes(signature))).toBe(false)
    expect(verifyEd25519(bytes(key), bytes(message), bytes(signature).slice(1))).toBe(false)
    expect(verifyEd25519(new Uint8Array(32).fill(255), bytes(message), bytes(signature))).toBe(
      false,
    )
  })
})

test('every path of every tree leads to its root, and to no other place', () => {
  expect(rootFromPath(0, 1, leafOf(utf8('alone')), [])).toEqual(leafOf(utf8('alone')))
  for (let size = 2; size <= 20; size += 1) {
    const entries = Array.from({ length: size }, (_, at) => utf8(`entry ${at}`))
    const leaves = Buffer.concat(entries.map(leafHash))
    const root = rootOf(leaves)
    for (const [at, entry] of entries.entries()) {
      const path = inclusionProof(at, size, (from, to) => rootOf(leaves, from, to))
      expect(rootFromPath(at, size, leafOf(entry), path)).toEqual(new Uint8Array(root))
      expect(rootFromPath(at, size, leafOf(entry), [...path, new Uint8Array(32)])).toBeUndefined()
      expect(rootFromPath(size, size, leafOf(entry), path)).toBeUndefined()
      expect(rootFromPath((at + 1) % size, size, leafOf(entry), path)).not.toEqual(
        new Uint8Array(root),
      )
    }
  }
})

test('canonical JSON is that of the archive, for whatever JSON holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value))
      expect(canonical(parsed)).toBe(canonicalJson(parsed))
    }),
    { numRuns: 200 },
  )
  expect(canonical({ b: [1, null, true], a: 'é\u2028' })).toBe('{"a":"é\u2028","b":[1,null,true]}')
  expect(canonical({ a: '\ud800' })).toBeUndefined()
  expect(canonical(JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`))).toBeUndefined()
})

test('base64 is exact, and UTF-8 keeps a byte order mark', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (some) => {
      expect(toBase64(some)).toBe(Buffer.from(some).toString('base64'))
      expect(fromBase64(toBase64(some))).toEqual(some)
    }),
  )
  for (const wrong of ['AA=', 'AB==', 'A A=', 'AA==\n', '-_8=', undefined, 7])
    expect(fromBase64(wrong)).toBeUndefined()
  expect(textOf(utf8('\ufeff{}'))).toBe('\ufeff{}')
  expect(textOf(Uint8Array.of(0xc3))).toBeUndefined()
})

test('CRC-32 is that of the standard', () => {
  expect(~addToCrc(addToCrc(-1, utf8('12345')), utf8('6789')) >>> 0).toBe(0xcbf43926)
})

test('lines do not depend on how the bytes come; one beyond the limit is passed over', async () => {
  const expected = ['ab', '', 'cd', undefined, 'ef']
  expect(await split(['ab\n\ncd\ntoo long\nef'])).toEqual(expected)
  expect(await split(Array.from('ab\n\ncd\ntoo long\nef\n'))).toEqual(expected)
})

async function split(parts: readonly string[]): Promise<(string | undefined)[]> {
  async function* chunks() {
    for (const one of parts) yield utf8(one)
  }
  const lines: (string | undefined)[] = []
  for await (const line of linesOf(chunks(), 5)) lines.push(line && textOf(line))
  return lines
}

test('ranges of a file are read in any order', async () => {
  const content = randomBytes(3_000_000)
  const reader = new RangeReader(pickedFile('x', new Blob([content])))
  const ranges = [0, 10, 1_048_570, 1_048_580, 2_500_000, 2_999_990, 5, 2_000_000, 7]
  for (const at of ranges)
    expect(await reader.read(at, 10)).toEqual(new Uint8Array(content.subarray(at, at + 10)))
  expect(await reader.read(2_999_991, 10)).toBeUndefined()
  expect(await reader.read(3_000_000, 0)).toHaveLength(0)
  await reader.close()
})
