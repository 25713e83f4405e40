import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { verifyArchive } from '../src/verify/index.ts'

const ROOT = new URL('./vectors/archive/', import.meta.url)
const vectors = readdirSync(ROOT)

interface Expected {
  readonly what: string
  readonly publicKey: string
  readonly findings: readonly { readonly object: string; readonly finding: string }[]
}

// Language-neutral: a second implementation reads the same folders and must report the same findings.
test.each(vectors)('verify reports on the archive %s what its expected.json says', async (name) => {
  const folder = new URL(`${name}/`, ROOT)
  const expected: Expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'))
  const { what: _what, publicKey, findings, ...counts } = expected

  const report = await verifyArchive(folder.pathname, { publicKey })

  const found = report.findings.map(({ object, finding }) => ({ object, finding }))
  expect(found.toSorted((a, b) => (a.object < b.object ? -1 : 1))).toEqual(findings)
  expect(report).toMatchObject(counts)
})

test('there are good archives and broken ones', () => {
  const good = vectors.filter((name) => name.startsWith('good-'))
  expect(good.length).toBeGreaterThan(4)
  expect(vectors.length - good.length).toBeGreaterThan(15)
})
