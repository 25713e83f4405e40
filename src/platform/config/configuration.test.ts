import { expect, test } from 'vitest'
import { CodedError } from '../errors.ts'
import { parseConfiguration } from './configuration.ts'

const WHOLE = `
tenants:
  - id: 7b1f6a52-3c84-4e0d-9a6f-2d9c0b5e8a14
    client:
      id: 0f7c1c3a-5b83-4f07-9d5e-6f0a1f5d8c11
      secret: { env: DAYBOOK_CLIENT_SECRET }
    feeds:
      management-activity:
      graph-interactions: { full-sweep: 7d }
      audit-query: off
collect: { every: 5m, look-back: 6d }
`

const messageOf = (text: string): string => {
  try {
    parseConfiguration(text, '/etc/daybook.yaml')
  } catch (error) {
    if (error instanceof CodedError) return error.message
    throw error
  }
  return ''
}

test('a configuration is read with what is usual filled in', () => {
  expect(parseConfiguration(WHOLE, '/etc/daybook.yaml')).toMatchObject({
    tenants: [
      { cloud: 'commercial', feeds: { 'management-activity': null, 'audit-query': 'off' } },
    ],
    collect: { every: 300_000, 'look-back': 518_400_000 },
  })
})

test.each([
  [
    'a setting that does not exist',
    WHOLE.replace('collect:', 'colect:'),
    ':11:1: the file has no setting "colect"',
  ],
  [
    'a wrong time',
    WHOLE.replace('5m', '5 minutes'),
    ':11:12: "collect.every" takes a time from 10s to 1d',
  ],
  [
    'a wrong cloud',
    WHOLE.replace('    client:', '    cloud: azure\n    client:'),
    ':4:5: "tenants.0.cloud" takes one of commercial, gcc, gcc-high, dod',
  ],
  [
    'two ways to sign in',
    WHOLE.replace('    feeds:', '      managed-identity: {}\n    feeds:'),
    'exactly one of secret',
  ],
  [
    'an option of a feed',
    WHOLE.replace('full-sweep', 'full-swep'),
    ':9:29: tenants.0.feeds.graph-interactions has no setting "full-swep"',
  ],
  ['what is no YAML', `${WHOLE}  - [`, 'is no YAML'],
])('%s is named with its line and column', (_what, text, message) => {
  expect(messageOf(text)).toContain(message)
})

test('a secret that stands in the file itself is refused without being repeated', () => {
  const text = WHOLE.replace('{ env: DAYBOOK_CLIENT_SECRET }', 'hunter2-canary')
  expect(messageOf(text)).toContain(
    ':6:7: "tenants.0.client.secret" takes { env: NAME } or { file: path }',
  )
  expect(messageOf(text)).not.toContain('canary')
})
