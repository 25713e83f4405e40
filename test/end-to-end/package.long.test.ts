import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aCorpus, folders, importInto, ROOT, run, verify } from './daybook.suite.ts'

const newFolder = folders()

test('the package, installed elsewhere, runs from JavaScript alone', async () => {
  const packed = newFolder()
  execFileSync('npm', ['pack', '--pack-destination', packed], { cwd: ROOT, stdio: 'pipe' })
  const [file = ''] = readdirSync(packed)
  const home = newFolder()
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  // Its dependencies as npm would put them, without asking a registry.
  execFileSync('tar', ['-xzf', join(packed, file), '-C', home])
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'))
  const bin = join(home, 'package', 'bin', 'daybook.js')
  const files = readdirSync(join(home, 'package'), { recursive: true, encoding: 'utf8' })
  expect(files.filter((name) => /\.test\.|\.suite\.|(?<!\.d)\.ts$/.test(name))).toEqual([])
  expect(existsSync(join(home, 'package', 'src'))).toBe(false)

  const demo = await run(['demo'], { bin, cwd: home })
  expect(demo).toMatchObject({ code: 0, err: '' })
  const corpus = await aCorpus(newFolder(), 2_000, { days: 6 })
  const dataDir = newFolder()
  const imported = await run(['import', ...corpus.all, '--json', '--data-dir', dataDir], {
    bin,
    cwd: home,
  })
  expect(JSON.parse(imported.out)).toMatchObject(corpus.facts.expected)
  expect((await run(['verify', join(dataDir, 'archive')], { bin, cwd: home })).code).toBe(0)
  const exported = newFolder()
  const asked = ['export', '*', '--format', 'csv', '--proofs', '--output-path', join(exported, 'x')]
  expect(await run([...asked, '--data-dir', dataDir], { bin, cwd: home })).toMatchObject({
    code: 0,
  })
  expect(readFileSync(join(exported, 'x', 'verify.html'), 'utf8')).toBe(
    readFileSync(join(ROOT, 'src/verify/offline/verify.html'), 'utf8'),
  )
  // What the package has written the checkout reads.
  expect(await importInto(dataDir, corpus.all)).toMatchObject({ added: 0 })
  expect(await verify(dataDir)).toMatchObject({ findings: [] })
}, 300_000)
