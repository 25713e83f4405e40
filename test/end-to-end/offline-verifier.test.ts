import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importWeek, type ImportedWeek } from '../../src/cli/testing.ts'
import { checkPackage } from '../../src/verify/offline/check-package.ts'
import { parseGiven } from '../../src/verify/offline/given-keys.ts'
import type { Picked } from '../../src/verify/offline/open-package.ts'

// The page was written from docs/spec alone: here it meets what the exporter writes.

let imported: ImportedWeek
let keys = ''

beforeAll(async () => {
  imported = await importWeek()
  const archive = join(imported.folder, 'records', 'archive')
  keys = readdirSync(archive)
    .map((tenant) => readFileSync(join(archive, tenant, 'log', 'vkey'), 'utf8'))
    .join('')
})
afterAll(() => imported.remove())

const blobOf = (file: string) => new Blob([new Uint8Array(readFileSync(file))])

function pick(path: string): Picked[] {
  if (!statSync(path).isDirectory()) return [{ path: 'export.zip', blob: blobOf(path) }]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(path, name)).isFile())
    .map((name) => ({ path: `export/${name}`, blob: blobOf(join(path, name)) }))
}

test.each([
  ['a folder of items with proofs', 'week', ['--format', 'csv', '--proofs']],
  [
    'a ZIP of exact texts with proofs',
    'week.zip',
    ['--unit', 'record', '--format', 'jsonl', '--raw', '--proofs', '--zip'],
  ],
])(
  'the offline verifier finds %s intact, under the keys of the archive',
  async (_what, name, how) => {
    const output = join(imported.folder, name)
    const { code, err } = await imported.run(['export', '*', ...how, '--output-path', output])
    expect(`${code} ${err}`).toMatch(/^0/)

    const report = await checkPackage(
      pick(output),
      parseGiven(keys) ?? { keys: [], fingerprints: [] },
    )

    expect(report.findings.kept).toEqual([])
    expect(report.contents?.tenants.every(({ compared }) => compared)).toBe(true)
    expect(report.contents?.records?.proven).toBeGreaterThan(50)
    expect(report.contents?.manifest.files.map(({ path }) => path)).toContain('verify.html')
  },
)
