// Assembles src/verify/offline into one HTML file that needs nothing but a browser. Written by tools/generate.ts.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../src/verify/offline/page/', import.meta.url))
const IMPORT = /^import\s[^']*'(\.[^']+)'\n/gm

/** The page. The same bytes on every machine, so that its SHA-256 can be published. */
export function offlineVerifier(): string {
  const style = `\n${read('page.css')}`
  const script = `\n${bundle(join(FOLDER, 'main.ts'))}`
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const parts: Readonly<Record<string, string>> = { policy, style, script }
  return read('page.html').replaceAll(/\{\{(\w+)\}\}/g, (_all, name: string) => parts[name] ?? '')
}

/** The modules below one, as one: without types, without imports, each after those that it needs. */
function bundle(main: string): string {
  const modules: string[] = []
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const source = readFileSync(file, 'utf8')
    for (const [, specifier = ''] of source.matchAll(IMPORT)) visit(join(dirname(file), specifier))
    const code = stripTypeScriptTypes(source.replaceAll(IMPORT, ''))
    modules.push(code.replaceAll(/^export /gm, ''))
  }
  visit(main)
  const script = withoutOrphans(formatted(modules.join('\n')))
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end within the page')
  check(script)
  return script
}

/** Comments that described a type, which is gone now. */
function withoutOrphans(code: string): string {
  return code.replaceAll(/^[ \t]*\/\*\*(?:(?!\*\/)[^])*\*\/\n\n/gm, '')
}

function formatted(code: string): string {
  return run('node_modules/.bin/oxfmt', ['--stdin-filepath=page.js'], code)
}

/** One scope for all modules: two of one name are an error here, not in somebody's browser. */
function check(script: string): void {
  run(process.execPath, ['--input-type=module', '--check', '-'], script)
}

function run(command: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')

/** How a content security policy names one text that may run. */
const sourceHash = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`
