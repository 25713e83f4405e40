import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer, text as textOf } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { expect, test } from 'vitest'
import { Output } from './output.ts'
import { ZipWriter } from './zip-writer.ts'

const pieces = ['first '.repeat(9_000), '', 'second '.repeat(9_000), 'last']

/** A ZIP of two files, which begins `offset` bytes into a stream. */
async function aZip(offset = 0): Promise<Buffer> {
  const stream = new PassThrough()
  const bytes = buffer(stream)
  const output = new Output(stream)
  if (offset > 0) Object.defineProperty(output, 'bytes', { get: offsetBytes(output, offset) })
  const zip = new ZipWriter(output)
  await zip.add('[names] é.xml', 'one')
  const file = await zip.begin('pieces/sheet.xml')
  let back = 0
  for (const piece of pieces) await file.write(Buffer.from(piece), () => (back += 1))
  await file.end()
  await zip.end()
  await output.end()
  expect(back).toBe(pieces.length)
  return bytes
}

function offsetBytes(output: Output, offset: number): () => number {
  const own = Object.getOwnPropertyDescriptor(Output.prototype, 'bytes')
  return () => Number(own?.get?.call(output)) + offset
}

test('pieces that are deflated on their own are one file for whoever unpacks it', async () => {
  const zip = await fromBufferPromise(await aZip())
  const found: [string, string][] = []
  for await (const entry of zip.eachEntry())
    found.push([entry.fileName, await textOf(await zip.openReadStreamPromise(entry))])
  expect(found).toEqual([
    ['[names] é.xml', 'one'],
    ['pieces/sheet.xml', pieces.join('')],
  ])
})

const python = spawnSync('python3', ['-V']).status === 0
if (!python) process.stderr.write('zip-writer.test.ts: skipped in part, there is no python3\n')

test.skipIf(!python)('what begins behind 4 GB is found by ZIP64', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-zip-'))
  const path = join(folder, 'far.zip')
  const far = 2 ** 32 + 7
  writeFileSync(path, await aZip(far))
  // A sparse file: the bytes before take no room.
  const script = `
import os, sys, zipfile
data = open(sys.argv[1], 'rb').read()
with open(sys.argv[1], 'wb') as f:
    f.seek(${far})
    f.write(data)
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print([(i.filename, i.header_offset > 2**32, i.file_size) for i in z.infolist()])
`
  const said = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim()
  rmSync(folder, { recursive: true })
  expect(said).toBe(
    `[('[names] é.xml', True, 3), ('pieces/sheet.xml', True, ${pieces.join('').length})]`,
  )
})
