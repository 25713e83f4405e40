import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Item } from '../../../../interactions/item.ts'
import { ITEM_FIELDS } from '../../fields.ts'
import type { ExportAbout } from '../../writer.ts'
import { anAbout, batchesOf, memoryPackage } from '../package.suite.ts'
import { aMessage, anItem, HOSTILE_TEXT } from '../transcript/item.suite.ts'
import { htmlWriter } from './writer.ts'

const CHROMIUM = '/usr/bin/chromium'
const PAGE = 'conversations/000001-2026-03-04.html'

async function pagesOf(items: Item[], about: Partial<ExportAbout> = {}) {
  const { to, files } = memoryPackage()
  const result = await htmlWriter.write(
    (done) => batchesOf(items.slice(done)),
    to,
    anAbout({ rows: items.length, ...about }),
  )
  const pages = Object.fromEntries(
    [...files].map(([path, { bytes }]) => [path, bytes.toString('utf8')]),
  )
  return { pages, files, result }
}

describe('HTML transcripts', () => {
  test('are a page for each conversation, one for what belongs to none, and a list of them', async () => {
    const items = [
      anItem({ sessionId: 'a' }),
      anItem({ sessionId: 'a', id: '2'.repeat(32) }),
      anItem({ sessionId: null, messages: [], kind: 'agent-admin', operations: ['AgentCreated'] }),
    ]

    const { pages, files, result } = await pagesOf(items)

    expect(Object.keys(pages)).toEqual([
      PAGE,
      'conversations/000002-2026-03-04.html',
      'conversations/index.html',
    ])
    expect(pages[PAGE]).toContain('<bdi>Avery Howard and Copilot</bdi>')
    expect(pages[PAGE]).toContain('2 exchanges · 2 prompts · 2 answers')
    expect(pages['conversations/000002-2026-03-04.html']).toContain('Items without a conversation')
    expect(pages['conversations/index.html']).toContain('<a href="000002-2026-03-04.html">')
    expect(files.get(PAGE)?.rows).toBe(2)
    expect(result).toEqual({ rows: 3, changes: [] })
  })

  test('tell the flags, the resources, the findings, and which record tells what', async () => {
    const { pages } = await pagesOf([
      anItem({
        jailbreak: true,
        dlp: 'blocked',
        provenance: { jailbreak: [9] },
        findings: [
          { code: 'FLAGS_DIFFER', message: 'The records differ in web', sequences: [4, 9] },
        ],
        resources: [
          {
            id: null,
            name: 'Plan.docx',
            url: 'https://contoso.sharepoint.com/Plan.docx',
            site: null,
            type: 'docx',
            action: 'Read',
            status: 'success',
            labelId: 'a4794e13-4da3-429f-8675-f15bce1c09b1',
            xpia: true,
            dlp: null,
            policies: [],
            origin: 'accessed',
            place: 'tenant',
          },
        ],
      }),
    ])

    const text = textOf(pages[PAGE] ?? '')
    expect(text).toContain('injection unknown · web unknown')
    expect(pages[PAGE]).toContain('<dd class="alarm"><bdi>jailbreak yes · DLP blocked</bdi></dd>')
    expect(text).not.toMatch(/\.\./)
    expect(text).toContain('flags differ')
    expect(text).toContain('The records differ in web (records 4, 9)')
    expect(text).toContain('Plan.docx')
    expect(text).toContain(
      'CROSS-PROMPT INJECTION · read · label a4794e13-4da3-429f-8675-f15bce1c09b1',
    )
    expect(text).toContain('jailbreak: record 9 only')
    expect(text).toContain('records 4, 9 (export.ai-interaction)')
  })

  test('say whether a text is in no record, or was left out of the export', async () => {
    const item = anItem({
      messages: [aMessage(), aMessage({ id: '2', role: 'answer', text: null })],
    })
    const fields = ITEM_FIELDS.filter(({ name }) => name !== 'prompt' && name !== 'users')

    const { pages } = await pagesOf([item], { fields })

    expect(pages[PAGE]).toContain('The text was left out of this export.')
    expect(pages[PAGE]).toContain('No record carries the text.')
    expect(Object.values(pages).join('')).not.toMatch(/Summarise the plan|avery@contoso/)
  })

  test('allow nothing to run or to be loaded, and escape hostile text wherever it comes', async () => {
    const { pages } = await pagesOf([hostileItem()], { query: HOSTILE_TEXT, purpose: HOSTILE_TEXT })

    for (const page of Object.values(pages)) {
      expect(page).toMatch(
        /content="default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'"/,
      )
      expect(page).not.toMatch(/<(script|img|iframe|object|link|svg|form|base)\b/i)
      expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\0\u{e0000}-\u{e007f}]/u)
    }
    expect(textOf(pages[PAGE] ?? '')).toContain(
      'U+202Egnp.exeU+202C zeroU+200Bwidth NULU+0000 tagU+E0041 loneU+D800',
    )
    expect(pages[PAGE]).toContain('x'.repeat(100_000))
  })

  test('are the same bytes each time', async () => {
    const [one, two] = [await pagesOf([hostileItem()]), await pagesOf([hostileItem()])]
    expect(one.pages).toEqual(two.pages)
  })
})

const absent = !existsSync(CHROMIUM)
if (absent) process.stderr.write(`html.test.ts: skipped in part, there is no ${CHROMIUM}\n`)

test.skipIf(absent)(
  'a browser runs and loads nothing of a hostile transcript, and needs no sideways scrolling',
  async () => {
    const { pages } = await pagesOf([hostileItem()])
    const folder = mkdtempSync(join(tmpdir(), 'daybook-html-'))
    const file = join(folder, 'page.html')
    writeFileSync(file, pages[PAGE] ?? '')
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage({ viewport: { width: 380, height: 800 } })
      const happened: string[] = []
      page.on('dialog', () => happened.push('dialog'))
      page.on('console', (message) => happened.push(message.text()))
      page.on('request', (request) => happened.push(request.url()))
      await page.goto(pathToFileURL(file).href)
      const look = await page.evaluate(
        "[document.documentElement.scrollWidth, getComputedStyle(document.querySelector('.turn.prompt')).borderLeftWidth]",
      )
      expect(happened).toEqual([pathToFileURL(file).href])
      expect(look).toEqual([380, '4px']) // the style sheet passes its own policy
    } finally {
      await browser.close()
      rmSync(folder, { recursive: true })
    }
  },
)

function hostileItem(): Item {
  return anItem({
    sessionId: HOSTILE_TEXT.slice(0, 200),
    custodians: [{ objectId: null, upn: null, name: HOSTILE_TEXT.slice(0, 200) }],
    agent: {
      id: '"><script>',
      key: null,
      name: '<b>\u202e</b>',
      appIdentity: null,
      kind: 'unknown',
      origin: 'unknown',
    },
    surface: '<i>Word</i>',
    labels: ["'><script>alert(1)</script>"],
    models: [{ provider: '<b>', name: '\u2066', version: null }],
    messages: [
      aMessage({ text: HOSTILE_TEXT }),
      aMessage({ id: '2', role: 'answer', text: HOSTILE_TEXT }),
    ],
  })
}

function textOf(page: string): string {
  return page.replaceAll(/<style>[^]*?<\/style>/g, '').replaceAll(/<[^>]*>/g, '')
}
