import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BLIND_SPOTS, type CoverageInputs, type CoveredWindow } from './inputs.ts'
import { coverageStatement } from './statement.ts'

const AVERY = 'a1b2c3d4-0000-4000-8000-000000000001'
const UPN = 'avery.howard@contoso.com'

const licensed = { since: '2026-01-01T00:00:00Z', licensed: true, mailbox: true }
const content = (from: string, to: string, given: Partial<CoveredWindow> = {}): CoveredWindow => ({
  feed: 'management-activity',
  scope: 'Audit.General',
  from,
  to,
  state: 'closed',
  failed: 0,
  ...given,
})
const sweep = (from: string, to: string, given: Partial<CoveredWindow> = {}): CoveredWindow =>
  content(from, to, { feed: 'graph-interactions', scope: AVERY, ...given })

/** One person, one day (2 March), everything fetched, seen from ten days later. */
const quiet: CoverageInputs = {
  tenant: '5f0c6d2e-0001-4000-8000-000000000001',
  from: '2026-03-02',
  to: '2026-03-03',
  asOf: '2026-03-12T09:00:00Z',
  feeds: ['management-activity', 'graph-interactions', 'directory'],
  people: [{ id: AVERY, upn: UPN, states: [licensed] }],
  activity: [],
  windows: [
    content('2026-03-01T00:00:00Z', '2026-03-12T00:00:00Z'),
    sweep('2026-03-01T00:00:00Z', '2026-03-12T00:00:00Z'),
  ],
  losses: [],
  settledAfterMs: 2 * 86_400_000,
  usage: [],
  usageConcealed: false,
  attestations: [],
  evidence: [],
}
const DAY = { user: UPN.toUpperCase(), day: '2026-03-02', audit: 0, texts: 0 }

function verdictOf(given: Partial<CoverageInputs>): string {
  const { people } = coverageStatement({ ...quiet, ...given })
  const runs = people.flatMap((person) => person.runs)
  return runs.map(({ status, reason }) => `${status} ${reason ?? ''}`.trim()).join(', ')
}

describe('a licensed person’s day', () => {
  const lost = [
    {
      feed: 'management-activity',
      scope: 'Audit.General',
      key: 'blob',
      from: '2026-03-03T00:00:00Z',
      to: '2026-03-03T00:01:00Z',
      code: 'CONTENT_EXPIRED',
    },
  ]
  const lostTexts = [
    {
      feed: 'graph-interactions',
      scope: AVERY,
      key: AVERY,
      from: '2026-03-01T00:00:00Z',
      to: '2026-03-09T00:00:00Z',
      code: 'LICENCE_LOST',
    },
  ]
  const cases: readonly (readonly [string, Partial<CoverageInputs>, string])[] = [
    ['has audit and text', { activity: [{ ...DAY, audit: 2, texts: 3 }] }, 'captured'],
    ['has neither, all windows closed', {}, 'none'],
    ['has audit alone', { activity: [{ ...DAY, audit: 2 }] }, 'gap AUDIT_WITHOUT_TEXT'],
    [
      'has audit alone, nobody collects texts',
      { activity: [{ ...DAY, audit: 2 }], feeds: ['management-activity'] },
      'captured',
    ],
    [
      'has audit alone, texts not swept yet',
      { activity: [{ ...DAY, audit: 2 }], windows: quiet.windows.slice(0, 1) },
      'unknown NOT_SETTLED',
    ],
    [
      'has audit alone, the licence went before the sweep',
      { activity: [{ ...DAY, audit: 2 }], losses: lostTexts },
      'gap LICENCE_LOST',
    ],
    ['has text alone', { activity: [{ ...DAY, texts: 2 }] }, 'gap TEXT_WITHOUT_AUDIT'],
    [
      'has text alone, a blob expired meanwhile',
      { activity: [{ ...DAY, texts: 2 }], losses: lost },
      'gap CONTENT_EXPIRED',
    ],
    ['has nothing, a blob expired meanwhile', { losses: lost }, 'gap CONTENT_EXPIRED'],
    ['has nothing, the licence went before the sweep, audit closed', { losses: lostTexts }, 'none'],
    ['has nothing, no window was ever asked for', { windows: [] }, 'gap WINDOW_NOT_FETCHED'],
    [
      'has nothing, windows end before late records would have come',
      { windows: [content('2026-03-01T00:00:00Z', '2026-03-04T00:00:00Z')] },
      'unknown NOT_SETTLED',
    ],
    [
      'has nothing, something in the window failed',
      { windows: [content('2026-03-01T00:00:00Z', '2026-03-12T00:00:00Z', { failed: 1 })] },
      'unknown NOT_SETTLED',
    ],
    [
      'has nothing, an audit query over the day was read until stable',
      {
        windows: [
          content('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z', {
            feed: 'audit-query',
            scope: '',
          }),
        ],
        feeds: ['audit-query'],
      },
      'none',
    ],
    [
      'has nothing, the person has no mailbox',
      { people: [{ id: AVERY, upn: UPN, states: [{ ...licensed, mailbox: false }] }] },
      'gap NO_MAILBOX',
    ],
    [
      'has nothing, a usage report shows activity',
      { usage: [{ user: UPN, lastActiveDay: '2026-03-02', refreshedDay: '2026-03-09' }] },
      'gap USAGE_WITHOUT_RECORD',
    ],
    [
      'has nothing, a usage report is older than the day',
      { usage: [{ user: UPN, lastActiveDay: '2026-03-01', refreshedDay: '2026-03-01' }] },
      'none',
    ],
    ['has not begun', { from: '2026-03-13', to: '2026-03-14' }, ''],
    [
      'lies before the licence',
      { people: [{ id: AVERY, upn: UPN, states: [{ ...licensed, licensed: false }] }] },
      '',
    ],
  ]

  test.each(cases)('%s', (_, given, expected) => {
    expect(verdictOf(given)).toBe(expected)
  })
})

test('a person without licence counts on the days with records', () => {
  const people = [{ id: AVERY, upn: UPN, states: [{ ...licensed, licensed: false }] }]
  const activity = [{ ...DAY, user: AVERY, audit: 1, texts: 1 }]

  expect(verdictOf({ people, activity })).toBe('captured')
})

test('a blind spot is unknown until something says otherwise, and one sighting outweighs what excludes it', () => {
  const says = { by: 'local:kim', at: '2026-03-11T10:00:00Z', words: 'checked in the admin centre' }
  const attestations = [
    { code: 'COPILOT_PAGES', says: 'excluded', ...says },
    { code: 'AUDITING_OFF', says: 'excluded', ...says },
  ] as const
  const evidence = [
    { code: 'AUDITING_OFF', says: 'present', from: 'Set-AdminAuditLogConfig on 2026-03-04' },
  ] as const
  const { blindSpots } = coverageStatement({ ...quiet, attestations, evidence })

  expect(Object.fromEntries(blindSpots.map(({ code, state }) => [code, state]))).toEqual({
    AGENT_WITHOUT_MICROSOFT_AUTHENTICATION: 'unknown',
    CHANNEL_NOT_LOGGED: 'unknown',
    AUDITING_OFF: 'present',
    COPILOT_PAGES: 'excluded',
    MEETING_RECAP: 'unknown',
  })
  expect(blindSpots.map(({ code }) => code)).toEqual([...BLIND_SPOTS])
})

const day = fc.integer({ min: 0, max: 9 })
const instant = (n: number) => new Date(Date.UTC(2026, 2, 1 + n)).toISOString()
const anyWindow = fc
  .record({
    feed: fc.constantFrom('management-activity', 'graph-interactions', 'audit-query'),
    from: day,
    days: fc.integer({ min: 1, max: 8 }),
    state: fc.constantFrom('open' as const, 'settling' as const, 'closed' as const),
    failed: fc.nat(1),
  })
  .map(({ feed, from, days, state, failed }) => ({
    feed,
    scope: feed === 'management-activity' ? 'Audit.General' : AVERY,
    from: instant(from),
    to: instant(from + days),
    state,
    failed,
  }))
const anyInputs = fc
  .record({
    windows: fc.array(anyWindow, { maxLength: 8 }),
    activity: fc.array(
      fc.record({
        user: fc.constantFrom(AVERY, UPN, 'nobody@contoso.com'),
        day: day.map((n) => instant(n).slice(0, 10)),
        audit: fc.nat(2),
        texts: fc.nat(2),
      }),
    ),
    feeds: fc.subarray(['management-activity', 'graph-interactions', 'audit-query']),
  })
  .map((given): CoverageInputs => ({ ...quiet, from: '2026-03-01', to: '2026-03-09', ...given }))

test('every day of a licensed person is said exactly once, and the totals are their sum', () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const { people, days, reasons } = coverageStatement(inputs)
      const runs = people.flatMap((person) => person.runs)
      expect(runs.at(0)?.from).toBe(inputs.from)
      expect(runs.at(-1)?.to).toBe(inputs.to)
      expect(runs.slice(1).map((run) => run.from)).toEqual(runs.slice(0, -1).map((run) => run.to))
      const total = Object.values(days).reduce((sum, n) => sum + n, 0)
      expect(total).toBe(8)
      expect(runs.reduce((sum, run) => sum + run.days, 0)).toBe(8)
      expect(Object.values(reasons).reduce((sum, n) => sum + n, 0)).toBe(days.gap + days.unknown)
    }),
  )
})

test('a day without records is never "no activity" unless every window it could have come in is closed', () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      const open = inputs.windows.filter(({ state, failed }) => state !== 'closed' || failed > 0)
      expect(coverageStatement({ ...inputs, windows: open }).days.none).toBe(0)
    }),
  )
})

test('the same inputs give the same statement, other inputs another hash', () => {
  const again = coverageStatement(structuredClone(quiet))
  expect(again).toEqual(coverageStatement(quiet))
  expect(coverageStatement({ ...quiet, losses: [], usageConcealed: true }).inputsSha256).not.toBe(
    again.inputsSha256,
  )
})
