import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openApp, type App } from '../app.ts'
import { writeDemoWeek } from '../tenant/demo-week/demo-week.ts'

// What only shows between processes, and on the program as people start it.

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-process-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function daybook(...argv: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/daybook.js', ...argv], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] },
    timeout: 55_000,
  })
  return { code: status, out: stdout, err: stderr }
}

/** In the given environment alone: succeeds, and says nothing beside it. */
function version(env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, ['bin/daybook.js', '--version'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}

describe('a second process on the data folder', () => {
  let app: App
  let dataDir: string

  beforeAll(async () => {
    dataDir = join(folder, 'held')
    app = await openApp({
      dataDir,
      purpose: 'test',
      index: false,
      signal: new AbortController().signal,
      environment: {},
    })
    const body = JSON.stringify({ tenant: '11111111-2222-3333-4444-555555555555' })
    const headers = { 'content-type': 'application/json' }
    await app.fetch(
      new Request('http://daybook.local/api/v1/tenants', { method: 'POST', body, headers }),
    )
  })

  afterAll(() => app.close())

  test('is refused in one line that says who has it', () => {
    const { code, out, err } = daybook('status', '--data-dir', dataDir)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^daybook: .*\[FOLDER_IN_USE\]\n$/)
    expect(err).toContain(String(process.pid))
  })

  test('can verify all the same: that needs no index, no catalog and no lock', () => {
    expect(daybook('verify', dataDir)).toMatchObject({
      code: 0,
      out: expect.stringContaining('intact'),
    })
  })
})

describe('a data folder that cannot be made', () => {
  test('is named in one line, with what to do', () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const { code, err } = daybook('init', '--data-dir', join(file, 'records'))
    expect(code).toBe(1)
    expect(err).toMatch(/^daybook: .*--data-dir.*\[FOLDER_NOT_WRITABLE\]\n$/)
  })

  test.skipIf(process.getuid?.() === 0)('because its parent is read-only', () => {
    const parent = join(folder, 'read-only')
    mkdirSync(parent)
    chmodSync(parent, 0o500)
    const { code, err } = daybook('init', '--data-dir', join(parent, 'records'))
    expect(code).toBe(1)
    expect(err).toContain('[FOLDER_NOT_WRITABLE]')
  })
})

test('the program starts without loading what its help does not need', () => {
  const { code, out, err } = daybook('--help')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('daybook verify')
})

describe('what Node compiled for one start', () => {
  test.skipIf(process.platform !== 'linux')(
    'is kept for the next in the cache folder of the user',
    () => {
      const caches = join(folder, 'caches')
      version({ XDG_CACHE_HOME: caches })
      const [kept = ''] = readdirSync(join(caches, 'daybook', 'compiled'))
      expect(readdirSync(join(caches, 'daybook', 'compiled', kept)).length).toBeGreaterThan(3)
      version({ XDG_CACHE_HOME: caches })
    },
  )

  test.skipIf(process.platform !== 'linux')(
    'is not kept, and nothing is said, where it is not wanted or cannot be',
    () => {
      const unwanted = join(folder, 'unwanted')
      version({ XDG_CACHE_HOME: unwanted, NODE_DISABLE_COMPILE_CACHE: '1' })
      expect(existsSync(unwanted)).toBe(false)
      const file = join(folder, 'no-folder')
      writeFileSync(file, '')
      version({ XDG_CACHE_HOME: file })
      version({ HOME: join(folder, 'no-home') })
      expect(existsSync(join(folder, 'no-home'))).toBe(false)
    },
  )
})

test('a reader that goes away early is no fault, and crashes nothing', async () => {
  const dataDir = join(folder, 'piped')
  const week = await writeDemoWeek(join(folder, 'exports'))
  expect(daybook('import', ...week.folders, '--data-dir', dataDir).code).toBe(0)
  const command = `"$0" bin/daybook.js search --all --json --unit interaction --data-dir "$1" | true; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', command, process.execPath, dataDir], {
    encoding: 'utf8',
  })
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
})
