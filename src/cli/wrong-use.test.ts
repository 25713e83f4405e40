import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './main.ts'
import { columnsOf } from './terminal.ts'
import { runHere } from './testing.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daybook-wrong-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('an option before the command is told where it belongs', async () => {
  const ran = await runHere(['--json', 'search'])
  expect(ran.code).toBe(2)
  expect(ran.err).toContain('A command comes first, its options behind it')
})

describe('a data folder that is not there', () => {
  test.each([
    ['search', 'merger'],
    ['show', '1'],
    ['conversation', '1'],
    ['report', 'usage'],
    ['timeline', '--user', 'avery.howard@contoso.com'],
    ['coverage', '--from', '2026-03-01', '--to', '2026-04-01'],
    ['export', '--output-path', 'out'],
    ['prove', '1'],
    ['status'],
    ['reference'],
    ['reindex'],
  ])('is an error of %s, never an empty answer', async (...argv) => {
    const missing = join(folder, 'slip')
    const ran = await runHere([...argv, '--data-dir', missing])
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toContain(`There is no data folder ${missing}: name yours with --data-dir`)
    expect(ran.err).toContain('[DATA_FOLDER_MISSING]')
    expect(existsSync(missing)).toBe(false)
  })

  test('is for doctor a configuration that is missing', async () => {
    const missing = join(folder, 'slip')
    const ran = await runHere(['doctor', '--data-dir', missing])
    expect(ran.err).toContain(`There is no configuration ${join(missing, 'daybook.yaml')}: `)
    expect(existsSync(missing)).toBe(false)
  })
})

test.each([
  [['search', '--unit', 'foo'], '--unit is one of item, record, interaction'],
  [['search', '--order', 'up'], '--order is one of newest, oldest'],
  [['search', '--facets', '--count'], 'leave --count away'],
  [['report', 'usage', '--by', 'year'], '--by is one of day, week, month, quarter'],
  [['report', 'usage', '--top', '0'], '--top takes a whole number from 1 to 10 000'],
  [['report', 'credits', '--rules', 'x'], '--rules is one of v1.2, brief-004'],
  [['collect', '--look-back', '40d'], '--look-back takes a time from 1h to 7d'],
  [['show', ''], 'Name one id'],
  [['conversation', ' '], 'see "daybook conversation --help"'],
  [['prove', ''], 'Name one record'],
  [['import', ''], 'A path to import is empty'],
  [['import', 'x', '--tenant', 'contoso'], '--tenant takes a GUID'],
  [['export', '--unit', 'page', '--output-path', 'x'], '--unit is one of item, record'],
  [['export', '--minimise', 'names', '--output-path', 'x'], '--minimise takes users, or dates'],
  [['coverage', '--from', '2026-02-31', '--to', '2026-03-05'], 'a day such as 2026-03-01'],
  [['status', 'records'], '"records" is a word too many: status takes options alone'],
  [['generate', 'a', 'b'], 'Name one folder'],
  [['generate', 'a', '--records', '0'], 'must be a whole number'],
  [['tenant', '--rate', '0'], 'The rate must lie between'],
  [['verify', '--since', 'none'], 'There is no file none: check the path'],
])('%j is refused before anything is opened: %s', async (argv, sentence) => {
  const ran = await runHere([...argv, '--data-dir', folder])
  expect(ran.code).toBe(2)
  expect(ran.err).toContain(sentence)
})

test('an import of what is not there says that, and counts no zeros', async () => {
  const missing = join(folder, 'exports')
  const ran = await runHere(['import', missing, '--data-dir', join(folder, 'records')])
  expect(ran.code).toBe(3)
  expect(ran.out.replaceAll(/\s+/g, ' ')).toBe(
    `! ${missing}: there is no such file or folder: check the path Nothing was imported. `,
  )
})

test.skipIf(process.platform !== 'linux')(
  'a data folder where nothing can be made is an error, and soon',
  async () => {
    const ran = await runHere(['init', '--data-dir', '/proc/daybook/records'])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('[FOLDER_NOT_WRITABLE]')
  },
)

test('an error breaks between words on a terminal, and is one line in a log', async () => {
  const broken = await errorOf(['import'], true)
  expect(broken.length).toBeGreaterThan(1)
  expect(broken.filter((line) => columnsOf(line) > 60 || line.startsWith(' '))).toEqual([])
  expect(await errorOf(['import'], false)).toEqual([broken.join(' ')])
})

async function errorOf(argv: readonly string[], isTTY: boolean): Promise<string[]> {
  let err = ''
  const stderr = { write: (text: string) => (err += text), isTTY, columns: 60 }
  await runCli(argv, { stdout: { write: () => true }, stderr }, {})
  return err.trimEnd().split('\n')
}
