import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { readExportFiles } from './source.ts'
import { auditRecord, scratch } from './testdata/exports.ts'

const MB = 1 << 20

test('a blob of 256 MB on a single line is read in flat memory', { timeout: 120_000 }, async () => {
  using place = scratch()
  const path = place.file('blob.json', '')
  const out = createWriteStream(path)
  let count = 0
  for (let size = 0; size < 256 * MB;) {
    const records = Array.from({ length: 1000 }, () => JSON.stringify(auditRecord((count += 1))))
    const text = (size === 0 ? '[' : ',') + records.join(',')
    size += text.length
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end(']')
  await once(out, 'close')

  const idle = process.memoryUsage().rss
  let peak = 0
  let seen = 0
  for await (const event of readExportFiles([path])) {
    if (event.type === 'error') throw new Error(event.message)
    if (event.type === 'chunk') seen += event.chunk.ranges.length / 2
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  expect(seen).toBe(count)
  expect((peak - idle) / MB).toBeLessThan(100)
})
