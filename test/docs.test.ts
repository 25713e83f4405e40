import { execFile, fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeDemoWeek } from '../src/tenant/demo-week/demo-week.ts'
import { askOne } from './one-process-client.suite.ts'

// Every `console` block of README.md and docs/guide is typed into a shell, in a folder that holds the exports of the
// demo week in ./exports. A page begins with these imported into ./daybook-data, unless it holds the line below.
// `…` in an output stands for any text of a line; a line of `…` alone for any number of lines.
const FROM_NOTHING = '<!-- begins before the import -->'

// What a reader types in the checkout, and what is run for it here.
const TYPED: Readonly<Record<string, string>> = { 'npm ci && npm run demo': 'daybook demo' }

// For a machine that does much else.
const TIMEOUT_MS = 300_000

const pages = ['README.md', ...filesOf('docs/guide')]
const documents = [
  ...readdirSync('.').filter((file) => file.endsWith('.md')),
  ...filesOf('docs'),
  ...filesOf('changes'),
]

const noShell = process.platform === 'win32'
if (noShell) process.stdout.write('Skipped: the commands of the guide are for a POSIX shell\n')

describe.skipIf(noShell)('the commands of a page print what the page says', () => {
  let work = ''
  let socket = ''
  let others: ChildProcess

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'daybook-docs-'))
    await writeDemoWeek(join(work, 'exports'))
    writeProgram('as-typed', resolve('bin/daybook.js'))
    socket = join(work, 'socket')
    writeProgram('others', resolve('test/one-process-client.suite.ts'), socket)
    others = fork(resolve('test/one-process.suite.ts'), [socket])
    await once(others, 'message')
    await shell('daybook import ./exports', work, 'as-typed')
  })

  afterAll(async () => {
    others.kill()
    await once(others, 'exit')
    rmSync(work, { recursive: true, force: true })
  })

  function writeProgram(folder: string, ...command: readonly string[]): void {
    mkdirSync(join(work, folder))
    const program = join(work, folder, 'daybook')
    const words = [process.execPath, ...command].map((word) => `'${word}'`).join(' ')
    writeFileSync(program, `#!/bin/sh\nexec ${words} "$@"\n`)
    chmodSync(program, 0o755)
  }

  const withCommands = pages.filter((page) => commandsOf(readFileSync(page, 'utf8')).length > 0)

  test('there are pages with commands', () => {
    expect(withCommands.length).toBeGreaterThan(5)
  })

  test.concurrent.each(withCommands)('%s', { timeout: TIMEOUT_MS }, async (page) => {
    const text = readFileSync(page, 'utf8')
    const folder = join(work, page.replaceAll('/', '-'))
    cpSync(join(work, 'exports'), join(folder, 'exports'), { recursive: true })
    if (!text.includes(FROM_NOTHING)) {
      cpSync(join(work, 'daybook-data'), join(folder, 'daybook-data'), {
        recursive: true,
        verbatimSymlinks: true,
      })
    }
    const wrong: { readonly printed: string; readonly page: string }[] = []
    const commands = commandsOf(text)
    for (const { command, output } of commands) {
      const printed = await typed(command, folder, asTyped(page, command) ? 'as-typed' : 'others')
      if (!pattern(output).test(`${printed}\n`)) {
        wrong.push({ printed: `$ ${command}\n${printed}`, page: `$ ${command}\n${output}` })
      }
    }
    expect(wrong.map(({ printed }) => printed).join('\n')).toBe(
      wrong.map((one) => one.page).join('\n'),
    )
  })

  async function typed(command: string, folder: string, program: Program): Promise<string> {
    if (program === 'as-typed' || !ALONE.test(command)) return shell(command, folder, program)
    // Of the shell it needs the words alone, and no process of its own.
    const words = await shell(command.replace('daybook', "printf '%s\\n'"), folder, program)
    const env = environment(folder, program)
    const { code, written } = await askOne(socket, words.split('\n'), folder, env)
    return printedBy(written.map(([, text]) => text).join(''), code)
  }

  async function shell(command: string, folder: string, program: Program): Promise<string> {
    const env = environment(folder, program)
    return new Promise((printed) => {
      execFile(
        '/bin/sh',
        ['-c', `{ ${command}\n} 2>&1`],
        { cwd: folder, env, timeout: TIMEOUT_MS },
        (error, stdout) =>
          printed(printedBy(stdout, error === null ? 0 : (error.code ?? error.signal))),
      )
    })
  }

  function environment(folder: string, program: Program): NodeJS.ProcessEnv {
    const { PATH = '', HOME = folder, NODE_COMPILE_CACHE, TMPDIR } = process.env
    const path = join(work, program) + delimiter + PATH
    return { PATH: path, HOME, NODE_COMPILE_CACHE, TMPDIR, NO_COLOR: '1' }
  }
})

test('every link between the pages leads somewhere', () => {
  const broken = documents.flatMap((document) => {
    const text = readFileSync(document, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '')
    return [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !leads(link, document))
      .map((link) => `${document}: ${link}`)
  })
  expect(broken).toEqual([])
  expect(documents.length).toBeGreaterThan(20)
})

test('every page of docs/ is in its index', () => {
  const index = readFileSync('docs/README.md', 'utf8')
  const missing = filesOf('docs').filter(
    (page) => page !== join('docs', 'README.md') && !index.includes(`](${relative('docs', page)})`),
  )
  expect(missing).toEqual([])
})

test('every dependency has its reason', () => {
  const reasons = readFileSync('docs/decisions/dependencies.md', 'utf8')
  const manifest: Readonly<Record<string, object>> = JSON.parse(
    readFileSync('package.json', 'utf8'),
  )
  const names = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind] ?? {}),
  )
  expect(names.filter((name) => !reasons.includes(`\`${name}\``))).toEqual([])
  const listed = [...reasons.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
  expect(listed.filter((name) => !names.includes(name))).toEqual([])
})

type Program = 'as-typed' | 'others'

interface Typed {
  readonly command: string
  readonly output: string
}

/** Whether a command is a process of its own: on the first page that somebody reads, and in the background. */
function asTyped(page: string, command: string): boolean {
  return page === 'README.md' || /\s&(\s|$)/.test(command)
}

/** A command of this program and of nothing else. */
const ALONE = /^daybook [^|&;<>()`$\n]*$/

function commandsOf(text: string): Typed[] {
  const commands: Typed[] = []
  for (const [, block = ''] of text.matchAll(/^```console\n([\s\S]*?)^```/gm)) {
    // The demo types commands itself: its block is one.
    for (const part of block
      .split(block.startsWith('$ npm ') ? /^\$ (?=npm )/m : /^\$ /m)
      .slice(1)) {
      // A command goes on in the next line behind a backslash.
      const [typed = '', ...output] = part.replaceAll('\\\n', '').split('\n')
      const command = typed.replaceAll(/ {2,}/g, ' ').trim()
      commands.push({ command: TYPED[command] ?? command, output: trimmed(output.join('\n')) })
    }
  }
  return commands
}

function pattern(output: string): RegExp {
  const lines = output
    .split('\n')
    .map((line) =>
      line.trim() === '…'
        ? '(?:.*\n)*?'
        : `${line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*')}\n`,
    )
  return output === '' ? /^\n$/ : new RegExp(`^${lines.join('')}$`)
}

function printedBy(text: string, ended: unknown): string {
  return trimmed(ended === 0 ? text : `${text}(ended with ${String(ended)})\n`)
}

/** Without blanks at the ends of lines, and without blank lines at the end. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file))
}

function leads(link: string, from: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(file)) return false
  if (anchor === undefined || !file.endsWith('.md')) return true
  return headingsOf(readFileSync(file, 'utf8')).has(anchor)
}

/** The anchors of a page, as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}
