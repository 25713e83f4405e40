import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Item } from '../../../../interactions/item.ts'
import { anAbout, batchesOf, memoryPackage } from '../package.suite.ts'
import { aMessage, anItem, HOSTILE_TEXT } from '../transcript/item.suite.ts'
import { pdfWriter } from './writer.ts'

const FILE = 'conversations/000001-2026-03-04.pdf'

async function pdfOf(items: Item[]) {
  const { to, files } = memoryPackage()
  const result = await pdfWriter.write(() => batchesOf(items), to, anAbout({ rows: items.length }))
  return { files, result, bytes: files.get(FILE)?.bytes ?? Buffer.of() }
}

test('PDF transcripts say that they are PDF/A-2b, and carry their colour profile and their fonts', async () => {
  const { bytes, files, result } = await pdfOf([anItem(), anItem({ sessionId: null })])

  const text = bytes.toString('latin1')
  expect(text.slice(0, 8)).toBe('%PDF-1.7')
  expect(text).toContain('<pdfaid:part>2</pdfaid:part>')
  expect(text).toContain('<pdfaid:conformance>B</pdfaid:conformance>')
  expect(text).toContain('/OutputIntents')
  expect(text).not.toMatch(/\/(JavaScript|JS|Launch|URI|EmbeddedFile|Encrypt)\b/)
  expect(text.match(/\/FontFile2 /g)?.length).toBe(text.match(/\/Type \/FontDescriptor/g)?.length)
  expect([...files.keys()]).toEqual([
    FILE,
    'conversations/000002-2026-03-04.pdf',
    'conversations/index.html',
  ])
  expect(result).toEqual({ rows: 2, changes: [] })
})

test('PDF transcripts are the same bytes each time', async () => {
  const item = anItem({ messages: [aMessage({ text: HOSTILE_TEXT.slice(0, 2_000) })] })
  const [one, two] = [await pdfOf([item]), await pdfOf([item])]
  expect(one.bytes.equals(two.bytes)).toBe(true)
})

test('PDF transcripts count the characters that no font has', async () => {
  const { result } = await pdfOf([
    anItem({ messages: [aMessage({ text: 'well done \u{1f389}\u{1f389}' })] }),
  ])
  expect(result.changes).toMatchObject([
    { code: 'CHARACTER_REPLACED', count: 2, file: 'conversations' },
  ])
})

const absent = spawnSync('pdftotext', ['-v']).error !== undefined
if (absent) process.stderr.write('pdf.test.ts: skipped in part, there is no pdftotext\n')

test.skipIf(absent)(
  'another program reads every message from a PDF transcript, and the numbers of its pages',
  async () => {
    const items = Array.from({ length: 12 }, (_, at) =>
      anItem({
        id: String(at).padStart(32, '0'),
        messages: [
          aMessage({ text: `Question number ${at} about Falcon, Καλημέρα, Привет, 日本語` }),
          aMessage({ id: '2', role: 'answer', text: `Answer${at} `.repeat(150) }),
        ],
      }),
    )
    const { bytes } = await pdfOf(items)
    const folder = mkdtempSync(join(tmpdir(), 'daybook-pdf-'))
    writeFileSync(join(folder, 'a.pdf'), bytes)

    const text = execFileSync('pdftotext', [join(folder, 'a.pdf'), '-'], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })

    for (const at of items.keys()) {
      expect(text).toContain(`Question number ${at} about Falcon, Καλημέρα, Привет, 日本語`)
      expect(text.match(new RegExp(`Answer${at}\\b`, 'g'))?.length).toBe(150)
    }
    expect(text).toMatch(/page 1 of \d+/)
    expect(text).toContain('Daybook export 0123456789abcdef0123456789abcdef')
  },
)
