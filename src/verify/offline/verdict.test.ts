import { expect, test } from 'vitest'
import { checkPackage } from './check-package.ts'
import { parseGiven } from './given-keys.ts'
import { aPackage, FINGERPRINT, type Package } from './package.suite.ts'
import { type Verdict, verdictOn } from './verdict.ts'
import { amount, bytesAsText, listed, momentAsText } from './words.ts'

async function verdict(files: Package, given = ''): Promise<Verdict> {
  const picked = [...files].map(([path, bytes]) => ({
    path: `x/${path}`,
    blob: new Blob([new Uint8Array(bytes)]),
  }))
  const keys = parseGiven(given) ?? { keys: [], fingerprints: [] }
  return verdictOn(await checkPackage(picked, keys))
}

const outcomes = ({ checks }: Verdict) => checks.map(({ outcome }) => outcome)

test('"Intact" is said only of a package whose key was compared', async () => {
  const files = await aPackage({ count: 2 })

  const open = await verdict(files)
  expect(open).toMatchObject({ tone: 'open', title: 'Intact, if the key is the right one' })
  expect(outcomes(open)).toEqual(['holds', 'holds', 'holds', 'holds', 'open'])
  expect(open.doesNotProve.join(' ')).toMatch(/Whose key it is/)

  const compared = await verdict(files, FINGERPRINT)
  expect(compared).toMatchObject({ tone: 'intact', title: 'Intact' })
  expect(outcomes(compared)).toEqual(['holds', 'holds', 'holds', 'holds', 'holds'])
  expect(compared.proves.join(' ')).toMatch(/signed with the key that you gave/)
})

test('an export without proofs is intact, and its records are said to carry none', async () => {
  const { checks, doesNotProve } = await verdict(await aPackage({ proofs: false }), FINGERPRINT)
  expect(checks[2]).toMatchObject({ name: 'Records', outcome: 'absent' })
  expect(doesNotProve.join(' ')).toMatch(/That single records are genuine/)
})

test('a package from which everything signed was taken is not called intact', async () => {
  const files = await aPackage({ proofs: false })
  const manifest: Record<string, unknown> = JSON.parse(files.get('manifest.json')?.toString() ?? '')
  files.set('manifest.json', Buffer.from(JSON.stringify({ ...manifest, tenants: [] })))
  files.set('manifest-proofs.jsonl', Buffer.alloc(0))

  const stripped = await verdict(files)

  expect(stripped).toMatchObject({ tone: 'broken', title: 'NOT intact', proves: [] })
})

test('nothing is said to be proven of a package that is not intact', async () => {
  const files = await aPackage({ count: 2 })
  files.set('items.csv', Buffer.from('other'))
  expect(await verdict(files, FINGERPRINT)).toMatchObject({
    tone: 'broken',
    title: 'NOT intact',
    summary: expect.stringMatching(/^1 finding\./),
    proves: [],
  })
  files.delete('manifest.json')
  expect(await verdict(files)).toMatchObject({ tone: 'broken', checks: [] })
})

test('numbers and times are written alike everywhere', () => {
  expect(amount(1, 'record')).toBe('1 record')
  expect(amount(1_234_567, 'record')).toBe('1,234,567 records')
  expect(bytesAsText(999)).toBe('999 bytes')
  expect(bytesAsText(3_450_000)).toBe('3.5 MB')
  expect(momentAsText('2026-03-06T12:00:00.000Z')).toBe('2026-03-06 12:00:00 UTC')
  expect(momentAsText('<b>')).toBe('<b>')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
})
