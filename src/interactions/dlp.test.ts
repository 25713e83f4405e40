import { expect, test } from 'vitest'
import { dlpOf, strongerDlp } from './dlp.ts'

const blocks = (mode?: string) => [
  {
    PolicyName: 'P',
    Rules: [{ Actions: ['Notify', 'BlockAccess'], ...(mode && { RuleMode: mode }) }],
  },
]

test.each([
  [undefined, null],
  [null, null],
  ['', 'none'],
  [[], 'none'],
  ['not JSON', 'none'],
  [blocks(), 'blocked'],
  [blocks('Enforce'), 'blocked'],
  [blocks('Audit'), 'audited'],
  [blocks('TestWithNotifications'), 'audited'],
  [[{ PolicyName: 'P', Rules: [{ Actions: ['Notify'], RuleMode: 'Enforce' }] }], 'audited'],
  [{ policyid: 'p', Action: 'Block' }, 'blocked'],
  [{ PolicyId: 'p', Action: 'Audit' }, 'audited'],
  [JSON.stringify(blocks()), 'blocked'],
  [JSON.stringify({ PolicyName: 'P', Action: 'BlockAccess' }), 'blocked'],
])('PolicyDetails of case %# gives %s', (details, dlp) => {
  expect(dlpOf(details).dlp).toBe(dlp)
})

test('policies are named, else known by id, each once', () => {
  const details = [{ PolicyName: 'P' }, { PolicyId: 'q' }, { PolicyName: 'P' }]

  expect(dlpOf(details).policies).toEqual(['P', 'q'])
})

test('the stronger verdict wins', () => {
  expect(strongerDlp('none', 'audited')).toBe('audited')
  expect(strongerDlp('audited', 'blocked')).toBe('blocked')
  expect(strongerDlp(null, 'none')).toBe('none')
  expect(strongerDlp(null, null)).toBeNull()
})
