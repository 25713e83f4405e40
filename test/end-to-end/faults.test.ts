// What goes wrong around Daybook, not in it: each is told in one line that says what to do.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../src/platform/clock.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  aCorpus,
  BIN,
  folders,
  importInto,
  json,
  openHere,
  run,
  verify,
  type Ended,
} from './daybook.suite.ts'

const newFolder = folders()
let corpus: Awaited<ReturnType<typeof aCorpus>>
let dataDir = ''

beforeAll(async () => {
  corpus = await aCorpus(newFolder(), 1_500, { days: 10 })
  dataDir = newFolder()
  await importInto(dataDir, corpus.all)
})

/** One line, with a code in brackets, of so many words that say what to do; no stack trace, nothing on the other stream. */
function expectOneLine(ended: Ended, exitCode: number, says: RegExp): void {
  expect(ended.err).toMatch(/^daybook: [^\n]+ \[[A-Z_]+\]\n$/)
  expect(ended.err).toMatch(says)
  expect(ended.err).not.toMatch(/fault of Daybook|\bat .*\.[jt]s:/)
  expect(ended).toMatchObject({ code: exitCode, signal: null, out: '' })
}

test('a disk that fills up ends the import; with room again the same command completes it', async () => {
  const full = newFolder()
  // As a full disk does, a limit lets no file grow: here beyond 512 kB.
  const ended = await run(['import', ...corpus.all, '--data-dir', full], {
    shell: 'ulimit -f 512; exec {}',
  })
  // SQLite tells this limit from a broken disk no more than we can.
  expectOneLine(ended, 1, /DISK_FULL|INDEX_FULL|DISK_ERROR/)
  expect((await verify(full)).findings).toEqual([])
  const result = await importInto(full, corpus.all)
  expect(result.added + result.repeated).toBe(corpus.facts.expected.read)
  expect(await verify(full)).toMatchObject({ records: corpus.facts.expected.added, findings: [] })
})

describe.skipIf(!canMount())('on a small disk of its own', () => {
  test.each([3])('%i MB are told to be full, and nothing recorded is lost', async (size) => {
    const mount = newFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', mount])
    try {
      const folder = join(mount, 'data')
      const ended = await run(['import', ...corpus.all, '--data-dir', folder])
      expectOneLine(ended, 1, /the disk is full; free some space/)
      const left = existsSync(join(folder, 'archive')) ? await verify(folder) : null
      expect(left?.findings ?? []).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=400m', mount])
      const result = await importInto(folder, corpus.all)
      expect(result.added + result.repeated).toBe(corpus.facts.expected.read)
      expect(result.repeated).toBeGreaterThanOrEqual(left?.records ?? 0)
      expect(await verify(folder)).toMatchObject({
        records: corpus.facts.expected.added,
        findings: [],
      })
    } finally {
      execFileSync('umount', [mount])
    }
  })
})

test('a folder that may not be written is named', async () => {
  const folder = newFolder()
  chmodSync(folder, 0o555)
  const stranger = process.getuid?.() === 0 ? { uid: 65_534, cwd: '/' } : {}
  const ended = await run(['import', corpus.graph, '--data-dir', folder], stranger)
  expectOneLine(ended, 1, /FOLDER_NOT_WRITABLE/)
  expect(ended.err).toContain(folder)
})

test('a file in the place of the data folder is named', async () => {
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  const ended = await run(['status', '--data-dir', file])
  expectOneLine(ended, 1, /choose another with --data-dir/)
  expect(ended.err).toContain(file)
})

test('a second process on the folder is told of the first one', async () => {
  const app = await openHere(dataDir)
  try {
    const ended = await run(['search', '*', '--count', '--data-dir', dataDir])
    expectOneLine(ended, 1, /FOLDER_IN_USE/)
    expect(ended.err).toContain(String(process.pid))
  } finally {
    await app.close()
  }
  expect((await run(['search', '*', '--count', '--data-dir', dataDir])).code).toBe(0)
})

test('a clock that was set back is warned of and stops nothing', async () => {
  const folder = newFolder()
  const later = await openHere(folder, at('2026-05-01T10:00:00Z'))
  await later.import([corpus.management])
  await later.close()
  const warnings: string[] = []
  const earlier = await openHere(folder, at('2026-04-01T10:00:00Z'), (said) => warnings.push(said))
  const result = await earlier.import([corpus.graph, corpus.purview])
  await earlier.close()
  expect(warnings).toEqual([expect.stringMatching(/clock/)])
  expect(result).toMatchObject({ errors: [], indexed: true })
  expect(await verify(folder)).toMatchObject({ records: corpus.facts.expected.added, findings: [] })
})

test.skipIf(olderNode() === null)('an older Node is told which one is needed', async () => {
  const ended = await run(['status', '--data-dir', dataDir], {
    shell: `'${olderNode()}' '${BIN}' status`,
  })
  expect(ended.code).toBe(2)
  expect(ended.err).toMatch(
    /^Daybook needs Node\.js 24 or newer; this is \d+\.\d+\.\d+\. [^\n]+\n$/,
  )
  expect(ended.out).toBe('')
})

test('without chdb a search says what to install, and verify and status still work', async () => {
  // As if the package were not there: neither it nor anything of it is found.
  const hidden = join(newFolder(), 'without-chdb.mjs')
  writeFileSync(
    hidden,
    `import { registerHooks } from 'node:module'
    registerHooks({
      resolve: (wanted, from, next) => next(/^@?chdb(\\/|$)/.test(wanted) ? \`not-\${wanted}\` : wanted, from),
    })`,
  )
  const env = { NODE_OPTIONS: `--import=${hidden}` }
  const ended = await run(['search', '*', '--data-dir', dataDir], { env })
  expectOneLine(ended, 1, /INDEX_ENGINE_MISSING/)
  expect(ended.err).toMatch(/npm install/)
  expect((await run(['verify', join(dataDir, 'archive')], { env })).code).toBe(0)
  expect((await run(['status', '--data-dir', dataDir], { env })).code).toBe(0)
})

test('a damaged catalog is named, and does not stop the verifying', async () => {
  const folder = newFolder()
  await importInto(folder, [corpus.purview])
  writeFileSync(join(folder, 'catalog.db'), 'not a database, for certain. '.repeat(200))
  expectOneLine(await run(['search', '*', '--data-dir', folder]), 1, /CATALOG_DAMAGED/)
  expect(
    (await json<{ findings: unknown[] }>(folder, ['verify', join(folder, 'archive')]))[0]?.findings,
  ).toEqual([])
})

test('a path that is not there is a row of the answer, or wrong usage, never a crash', async () => {
  const ended = await run(['import', '/nowhere/at/all', '--json', '--data-dir', newFolder()])
  expect([1, 2, 3]).toContain(ended.code)
  expect(ended.out + ended.err).toMatch(/nowhere/)
  expect(ended.err).not.toMatch(/fault of Daybook/)
})

const at = (time: string): Clock => ({ now: () => new Date(time), sleep: () => Promise.resolve() })

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  const mount = newFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount], { stdio: 'ignore' })
    execFileSync('umount', [mount])
    return true
  } catch {
    process.stderr.write('faults.test.ts: no small disks, this user cannot mount one\n')
    return false
  }
}

function olderNode(): string | null {
  for (const node of ['/usr/bin/node', '/usr/local/bin/node']) {
    if (!existsSync(node)) continue
    const major = Number(
      /^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1],
    )
    if (major < 24) return node
  }
  process.stderr.write('faults.test.ts: no older Node on this machine\n')
  return null
}
