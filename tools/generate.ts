// Writes the pages of docs/reference that come from code. Usage: node tools/generate.ts [--check]
// With --check nothing is written, and a page that is out of date fails.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { offlineVerifierPage } from './pages/offline-verifier-page.ts'
import { offlineVerifier } from './pages/offline-verifier.ts'
import { cliPage } from './pages/cli.ts'
import { configurationPage } from './pages/configuration.ts'
import { exportFindingsPage } from './pages/export-findings.ts'
import { exportFieldsPage } from './pages/export-fields.ts'
import { exitCodesPage } from './pages/exit-codes.ts'
import { itemFindingsPage } from './pages/item-findings.ts'
import { kqlPage } from './pages/kql.ts'

const root = new URL('../', import.meta.url)
const check = process.argv.includes('--check')

const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/reference/cli.md': cliPage,
  'docs/reference/configuration.md': configurationPage,
  'docs/reference/exit-codes.md': exitCodesPage,
  'docs/reference/export-findings.md': exportFindingsPage,
  'docs/reference/export-fields.md': exportFieldsPage,
  'docs/reference/item-findings.md': itemFindingsPage,
  'docs/reference/kql.md': kqlPage,
  'docs/reference/offline-verifier.md': offlineVerifierPage,
}

// Not formatted: its bytes are named by a hash.
const VERIFIER = 'src/verify/offline/verify.html'

let stale = 0
for (const [path, page] of [...Object.entries(PAGES), [VERIFIER, offlineVerifier] as const]) {
  const file = new URL(path, root)
  const text = path === VERIFIER ? await page() : formatted(path, await page())
  if (!check) {
    mkdirSync(new URL('.', file), { recursive: true })
    writeFileSync(file, text)
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${path} is out of date: run "node tools/generate.ts"\n`)
    stale += 1
  }
}

// Has its own program, because the verifier is read and built alone.
const findings = spawnSync(
  process.execPath,
  ['tools/generate-findings.ts', ...(check ? ['--check'] : [])],
  { cwd: root, stdio: 'inherit' },
)
process.exitCode = stale > 0 || findings.status !== 0 ? 1 : 0

/** As the formatter of the project leaves it: it checks these pages, too. */
function formatted(path: string, text: string): string {
  const { status, stdout, stderr } = spawnSync(
    'node_modules/.bin/oxfmt',
    [`--stdin-filepath=${path}`],
    { cwd: root, input: text, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`oxfmt could not format ${path}: ${stderr}`)
  return stdout
}
