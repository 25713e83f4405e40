import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenRecord, randomNumbers, readInEveryWay } from './fuzz.suite.ts'
import { intake } from './intake.ts'
import { referenceKeysOf } from './reference/keys.ts'
import { referenceData } from './reference/rows.ts'

test('broken records are answered in every format', () => {
  const random = randomNumbers(1)
  let seen = 0
  for (; seen < 500; seen++) readInEveryWay(brokenRecord(random))

  expect(seen).toBe(500)
})

test('any text is answered as reference data', () => {
  const random = randomNumbers(2)
  const header = 'Report Refresh Date,User Principal Name,Id,Assigned Licenses'
  for (let seen = 0; seen < 150; seen += 1) {
    const raw = brokenRecord(random)
    for (const kind of ['directory', 'packages', 'usage-report'] as const) {
      for (const text of [raw, `${header}\n${raw}`]) {
        const { rows } = referenceData(text, kind)
        expect(rows.flatMap(referenceKeysOf).every((key) => typeof key === 'string')).toBe(true)
      }
    }
  }
})

test('any JSON and any text is answered', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (raw) => {
      expect(() => readInEveryWay(raw)).not.toThrow()
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['deep arrays', '['.repeat(100_000)],
  ['deep objects', `{"Id":1,"a":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}`],
  ['many messages', `{"CopilotEventData":{"Messages":[${'{"Id":1},'.repeat(20_000)}1]}}`],
  ['many resources', `{"AccessedResources":[${'{"SiteUrl":"https://a.b/c"},'.repeat(10_000)}1]}`],
  ['many labels', `{"AccessedResources":[${labels(8_000)}1]}`],
  ['many keys', `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":"v"`).join(',')}}`],
  ['many links', `{"id":"1","links":[${links(8_000)}1]}`],
  ['long id', `{"Id":"${'x'.repeat(200_000)}","Operation":"${'y'.repeat(200_000)}"}`],
  ['many activities', `{"activities":[${'{"type":"message"},'.repeat(15_000)}1]}`],
  ['many dimensions', `{"name":"n","customDimensions":{${dimensions(20_000)}}}`],
  ['quotes', '"'.repeat(200_000)],
])('%s cost no more than their length', (_name, raw) => {
  const started = process.threadCpuUsage().user
  readInEveryWay(raw)

  // Of this thread alone: other tests run beside it.
  expect((process.threadCpuUsage().user - started) / 1_000).toBeLessThan(8_000)
})

function dimensions(count: number): string {
  return Array.from({ length: count }, (_, i) => `"d${i}":"v"`).join(',')
}

function labels(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"SensitivityLabelId":"l${i}"},`).join('')
}

function links(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"linkUrl":"https://a.b/${i}"},`).join('')
}

test('a key called __proto__ reaches no prototype', () => {
  intake('{"__proto__":{"polluted":1},"id":"x","ID":"y"}', { format: 'audit' })
  intake('{"from":{"__proto__":{"polluted":1}},"id":"x"}', { format: 'ai-interaction' })

  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})
