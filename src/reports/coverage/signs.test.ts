import { describe, expect, test } from 'vitest'
import { evidenceOfAuditing, evidenceOfSigns, type CoverageSign } from './signs.ts'

const sign = (day: number, says: CoverageSign['says'], subject = 'leave-agent'): CoverageSign => ({
  code: 'AGENT_WITHOUT_MICROSOFT_AUTHENTICATION',
  subject,
  at: `2026-03-0${day}T09:00:00Z`,
  says,
  sequence: 10 + day,
})
const FROM = '2026-03-05'

describe('an agent without Microsoft’s sign-in is there', () => {
  test.each([
    ['when it was set so before the days asked for', [sign(2, 'present')], 1],
    ['when it was set so meanwhile', [sign(2, 'excluded'), sign(6, 'present')], 1],
    ['when it was set right only meanwhile', [sign(2, 'present'), sign(6, 'excluded')], 1],
    ['not when it was set right before', [sign(2, 'present'), sign(3, 'excluded')], 0],
    ['not because another one is well', [sign(2, 'excluded', 'other')], 0],
    ['though another one is well', [sign(2, 'present'), sign(3, 'excluded', 'other')], 1],
  ] as const)('%s', (_, signs, found) => {
    expect(evidenceOfSigns(signs, FROM)).toHaveLength(found)
  })

  test('named by agent, moment and record; many are counted', () => {
    const [one] = evidenceOfSigns([sign(2, 'present')], FROM)
    expect(one?.from).toBe(
      'sign-in that is not Microsoft’s: agent leave-agent, 2026-03-02T09:00:00Z (record 12)',
    )
    const many = Array.from({ length: 9 }, (_, at) => sign(2, 'present', `agent-${at}`))
    expect(evidenceOfSigns(many, FROM)[0]?.from).toContain('and 4 more')
  })
})

test('auditing was on when every day has audit records, and nothing is said of it otherwise', () => {
  const days = ['2026-03-05', '2026-03-06']
  const activity = days.map((day) => ({ day, audit: 1 }))
  expect(evidenceOfAuditing(activity, days)).toMatchObject([{ says: 'excluded' }])
  expect(evidenceOfAuditing(activity.slice(1), days)).toEqual([])
  expect(evidenceOfAuditing([], [])).toEqual([])
})
