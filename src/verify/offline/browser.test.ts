import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BROKEN } from './broken-packages.suite.ts'
import { aPackage, FINGERPRINT, OTHER_KEY, type Package, zipped } from './package.suite.ts'

const HTML = fileURLToPath(new URL('verify.html', import.meta.url))
const HOSTILE = '<img src=x onerror=alert(1)>\u202egnp.exe'

const executablePath = process.env['DAYBOOK_CHROMIUM'] ?? installed()
if (executablePath === undefined)
  process.stdout.write('Skipped: no chromium here (set DAYBOOK_CHROMIUM); see .ci/run\n')

function installed(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch {
      // Not this one.
    }
  }
  return undefined
}

describe.skipIf(executablePath === undefined)('the page, opened from the disk', () => {
  let root = ''
  let browser: Browser
  let page: Page
  /** What the page asked for beyond itself, and what the console said. */
  const noise: string[] = []

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'daybook-page-'))
    const whole = await aPackage({ count: 3 })
    const changed: Package = new Map(whole)
    for (const name of ['a record changed by one bit', 'a missing file'])
      BROKEN.find((one) => one.name === name)?.change(changed)
    for (const [path, bytes] of whole) put(`export-7/${path}`, bytes)
    put('whole.zip', await zipped(whole))
    put('cut.zip', (await zipped(whole)).subarray(0, -30))
    put('changed.zip', await zipped(new Map(changed).set(HOSTILE, Buffer.from('x'))))
    // Without its sandbox, which needs rights that a container does not give; it opens our own page only.
    browser = await chromium.launch({
      ...(executablePath && { executablePath }),
      args: ['--no-sandbox'],
    })
    page = await browser.newPage({ viewport: { width: 380, height: 800 } })
    page.on('console', (message) => noise.push(message.text()))
    page.on('pageerror', (error) => noise.push(error.message))
    page.on('dialog', (dialog) => noise.push(dialog.message()))
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(HTML).href) noise.push(request.url())
    })
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    rmSync(root, { recursive: true, force: true })
  })

  const put = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
  }
  const open = async (): Promise<void> => {
    await page.goto(pathToFileURL(HTML).href)
  }
  const check = async (input: '#folder' | '#files', path: string): Promise<string> => {
    await open()
    await page.setInputFiles(input, join(root, path))
    return heading()
  }
  const heading = async (): Promise<string> => {
    await page.waitForSelector('#result h2')
    return (await page.textContent('#result h2')) ?? ''
  }

  test('waits, can be used with the keyboard, and fits a phone', async () => {
    await open()
    expect(await page.isVisible('.unready')).toBe(false)
    const stops: (string | undefined)[] = []
    for (let press = 0; press < 3; press += 1) {
      await page.keyboard.press('Tab')
      stops.push(await page.evaluate('document.activeElement.id'))
    }
    expect(stops).toEqual(['choose-folder', 'choose-files', 'key'])
    expect(await page.evaluate(NAMELESS)).toEqual([])
  })

  test('a whole folder is intact, if the key is the right one; and then the key is compared', async () => {
    expect(await check('#folder', 'export-7')).toBe('Intact, if the key is the right one')
    expect(await page.textContent('#status')).toBe('Intact, if the key is the right one')
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict')
    expect((await page.textContent('.fingerprint'))?.replaceAll(' ', '')).toBe(FINGERPRINT)

    await page.fill('#key', FINGERPRINT)
    await page.click('#key-button')
    await page.waitForSelector('.verdict.intact')
    expect(await heading()).toBe('Intact')
    expect(await page.textContent('.proves')).toMatch(/7 records stood, letter for letter/)
    expect(await page.textContent('.not')).toMatch(/That Microsoft served everything/)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380)
    expect(await page.evaluate(NAMELESS)).toEqual([])
  })

  test('with another key it is not intact; what is no key is refused', async () => {
    await open()
    await page.fill('#key', OTHER_KEY.vkey)
    await page.setInputFiles('#files', join(root, 'whole.zip'))
    expect(await heading()).toBe('NOT intact')
    expect(await page.textContent('#result')).toMatch('KEY_DIFFERS')

    await page.fill('#key', 'hello')
    await page.click('#key-button')
    expect(await page.isVisible('#key-error')).toBe(true)
    expect(await page.getAttribute('#key', 'aria-invalid')).toBe('true')
  })

  test('a changed ZIP is not intact: every finding is named, hostile names are text', async () => {
    expect(await check('#files', 'changed.zip')).toBe('NOT intact')
    const text = (await page.textContent('#result')) ?? ''
    for (const part of [
      'Record 0: line 1 of records.jsonl is not the record that was archived',
      'items.csv is not in the package',
      '<img src=x onerror=alert(1)>⟨U+202E⟩gnp.exe is in the package',
    ])
      expect(text).toContain(part)
    expect(await page.locator('#result img').count()).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380)
  })

  test('a ZIP that was cut off is not intact', async () => {
    expect(await check('#files', 'cut.zip')).toBe('NOT intact')
    expect(await page.textContent('#result')).toMatch('its end is missing')
  })

  test('what is dropped is checked', async () => {
    await open()
    await page.evaluate(`{
      const data = new DataTransfer()
      data.items.add(new File(['{}'], 'manifest.json'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }`)
    expect(await heading()).toBe('NOT intact')
    expect(await page.textContent('#result')).toMatch('MANIFEST_INVALID')
  })

  test('all this time the page asked for nothing, said nothing, and could not have', async () => {
    expect(noise.splice(0)).toEqual([])

    const ways = await page.evaluate(`(async () => {
      const tried = []
      await fetch('https://daybook.invalid/').catch(() => tried.push('fetch'))
      try { document.body.innerHTML = '<p>' } catch { tried.push('innerHTML') }
      try { document.createElement('script').text = '1' } catch { tried.push('script') }
      await new Promise((done) => {
        const image = Object.assign(new Image(), { onload: done, onerror: () => done(tried.push('image')) })
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs='
      })
      return tried
    })()`)
    expect(ways).toEqual(['fetch', 'innerHTML', 'script', 'image'])
    expect(noise.filter((line) => line.startsWith('https://'))).toEqual([])
  })
})

/** Controls that a screen reader could not name, headings that skip a level, and texts with too little contrast. */
const NAMELESS = `(() => {
  const wrong = []
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\\d.]+/g).map((part) => {
      const value = part / 255
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const background = (at) => {
    for (let one = at; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor
      if (color !== 'rgba(0, 0, 0, 0)') return color
    }
    return 'rgb(255, 255, 255)'
  }
  for (const control of document.querySelectorAll('button, input, textarea')) {
    const name = control.ariaLabel || control.labels?.[0]?.textContent || control.textContent
    if (!name.trim()) wrong.push('no name: ' + control.outerHTML)
  }
  let level = 0
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) wrong.push('skips a level: ' + heading.textContent)
    level = own
  }
  for (const at of document.querySelectorAll('body *')) {
    if (!at.checkVisibility() || ![...at.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue
    const [a, b] = [luminance(getComputedStyle(at).color), luminance(background(at))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5) wrong.push('contrast ' + ratio.toFixed(1) + ': ' + at.textContent.trim())
  }
  return wrong
})()`
