import { createHash, createPublicKey } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { Verifier } from '@sigstore/verify'
import { expect, test } from 'vitest'
import { append, aRecord, aWriter, KEY } from '../archive/builders.suite.ts'
import { aFolder } from '../archive/folder.suite.ts'
import { encodeFrames } from '../archive/frames.ts'
import { keyFromSeed } from '../archive/keys.ts'
import { proveInclusion } from '../archive/log-files.ts'
import { MAX_PROOF_BYTES } from '../archive/proof-format.ts'
import { proveRecord } from '../archive/proof.ts'
import { openReader } from '../archive/reader.ts'
import { localFiles } from '../platform/files.ts'
import { verifyProof } from './verify-proof.ts'

async function anArchive(count: number, groups = 1) {
  const directory = aFolder()
  const writer = await aWriter(directory)
  for (let at = 0; at < groups; at += 1) await append(writer, count)
  await writer.close()
  return openReader(directory)
}

const publicKey = KEY.vkey

test('every record of a segment is proved, from its line and from its served text', async () => {
  const reader = await anArchive(67, 3)
  for (let sequence = 0; sequence < 201; sequence += 1) {
    const { proof, line } = await proveRecord(reader, sequence)

    expect(proof.length).toBeLessThanOrEqual(MAX_PROOF_BYTES)
    expect(verifyProof({ proof, record: line, publicKey })).toMatchObject({
      ok: true,
      sequence,
      record: 'line',
    })
    const raw = Buffer.from(`{"UserId":"avery@contoso.com","n":${sequence}}`)
    expect(verifyProof({ proof, record: raw, publicKey })).toMatchObject({
      ok: true,
      record: 'raw',
    })
    expect(
      verifyProof({ proof, record: Buffer.concat([raw, Buffer.from('\n')]), publicKey }),
    ).toMatchObject({ ok: true })
    expect(
      verifyProof({ proof, record: Buffer.from(aRecord(sequence + 1)), publicKey }),
    ).toMatchObject({ ok: false, code: 'RECORD_DIFFERS' })
  }
})

test('a proof without room for the envelope still proves the line', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  const frames = encodeFrames([aRecord(0, { id: 'x'.repeat(4000) })])
  await writer.append({ stream: 'records', class: 'default', quarter: '2026-q1', first: 0, frames })
  await writer.close()

  const { proof, line } = await proveRecord(await openReader(directory), 0)

  expect(proof.length).toBeLessThanOrEqual(MAX_PROOF_BYTES)
  expect(verifyProof({ proof, record: line, publicKey })).toMatchObject({
    ok: true,
    record: 'line',
  })
})

test('any change of a proof is refused, without an exception', async () => {
  const { proof, line } = await proveRecord(await anArchive(70), 65)
  const [head = ''] = proof.split('\n\n')
  fc.assert(
    fc.property(
      fc.nat(head.length - 1),
      fc.constantFrom('A', '0', '\n', ' ', 'é'),
      (at, letter) => {
        const changed = proof.slice(0, at) + letter + proof.slice(at + 1)
        if (changed === proof) return
        const verdict = verifyProof({ proof: changed, record: line, publicKey })
        // The envelope, in the second line, is not needed for a record given as its line.
        const inExtra = head.slice(0, at).split('\n').length === 2
        expect([at, letter, verdict.ok && !inExtra]).toEqual([at, letter, false])
      },
    ),
  )
  fc.assert(
    fc.property(fc.string(), (junk) => {
      expect(verifyProof({ proof: junk, record: line, publicKey })).toMatchObject({
        ok: false,
        code: 'PROOF_MALFORMED',
      })
    }),
  )
})

test('another key does not vouch for the proof', async () => {
  const { proof, line } = await proveRecord(await anArchive(3), 1)
  const other = keyFromSeed('contoso', Buffer.alloc(32, 8)).vkey
  expect(verifyProof({ proof, record: line, publicKey: other })).toMatchObject({
    code: 'PROOF_SIGNATURE',
  })
  expect(verifyProof({ proof, record: line, publicKey: 'x' })).toMatchObject({
    code: 'BAD_PUBLIC_KEY',
  })
})

test('what is still open, or not there, cannot be proved', async () => {
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 2)
  const reader = await openReader(directory)
  await expect(proveRecord(reader, 0)).rejects.toMatchObject({ code: 'NOT_SEALED' })
  await expect(proveRecord(reader, 2)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await writer.close()
})

test('@sigstore/verify reads our checkpoint and our inclusion proof', async () => {
  // The inner parts that read a checkpoint are not exported: they are loaded from beside it.
  expect(typeof Verifier).toBe('function')
  const directory = aFolder()
  const writer = await aWriter(directory)
  await append(writer, 3)
  await writer.close()
  const reader = await openReader(directory)
  const checkpoint = reader.checkpoint()
  const [entry] = [reader.segments('records')[0]]
  if (checkpoint === undefined || entry?.logIndex === undefined)
    throw new Error('nothing was logged')
  let canonicalizedBody = Buffer.alloc(0)
  for await (const one of reader.entries(entry.logIndex)) {
    canonicalizedBody = Buffer.from(one.bytes)
    break
  }
  const hashes = await proveInclusion(localFiles, directory, entry.logIndex, checkpoint.size)

  // Deep imports: the package exposes these parts to nobody, and a foreign reader is what this test is for.
  const load = createRequire(import.meta.url)
  const base = join(dirname(load.resolve('@sigstore/verify')), 'tlog')
  const { verifyCheckpoint } = load(join(base, 'checkpoint.js'))
  const { verifyMerkleInclusion } = load(join(base, 'merkle.js'))
  const raw = Buffer.from(KEY.vkey.split('+').slice(2).join('+'), 'base64').subarray(1)
  const logID = createHash('sha256')
    .update(`${KEY.name}\n`)
    .update(Buffer.of(1))
    .update(raw)
    .digest()
  const log = {
    logID,
    publicKey: createPublicKey(KEY.privateKey),
    baseURL: `https://${KEY.name}`,
    validFor: { start: new Date(0), end: new Date(9e12) },
  }
  const proof = {
    canonicalizedBody,
    inclusionProof: {
      logIndex: String(entry.logIndex),
      treeSize: String(checkpoint.size),
      rootHash: Buffer.from(checkpoint.root),
      hashes: hashes.map((hash) => Buffer.from(hash)),
      checkpoint: { envelope: checkpoint.text },
    },
  }
  const read = verifyCheckpoint(proof, [log])
  expect(read).toMatchObject({ origin: KEY.name, logSize: BigInt(checkpoint.size) })
  expect(() => verifyMerkleInclusion(proof, read)).not.toThrow()
  proof.canonicalizedBody = Buffer.from('another entry')
  expect(() => verifyMerkleInclusion(proof, read)).toThrow(/inclusion/)
})
