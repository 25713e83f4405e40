import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs, parseTime } from './times.ts'

describe('parseTime()', () => {
  test.each([
    ['2023-12-13T17:12:36', '2023-12-13T17:12:36Z'],
    ['2023-12-13T17:12:36Z', '2023-12-13T17:12:36Z'],
    ['2024-11-21T00:19:17.313Z', '2024-11-21T00:19:17.313Z'],
    ['2026-03-03T23:59:59.1234567Z', '2026-03-03T23:59:59.1234567Z'],
    ['2026-03-03T23:59:59.123456789Z', '2026-03-03T23:59:59.1234567Z'],
    ['2026-01-24T06:54:24.0000000Z ', '2026-01-24T06:54:24.0000000Z'],
    ['2025-07-11 00:04:59Z', '2025-07-11T00:04:59Z'],
    ['2025-07-11 00:04:59', '2025-07-11T00:04:59Z'],
    ['2025-07-11', '2025-07-11T00:00:00Z'],
    ['2025-07-11T08:30', '2025-07-11T08:30:00Z'],
    ['2026-01-01T00:30:00.25+02:00', '2025-12-31T22:30:00.25Z'],
    ['2025-12-31T22:30:00-0130', '2026-01-01T00:00:00Z'],
    ['9/20/2023 4:05:03 AM', '2023-09-20T04:05:03Z'],
    ['9/20/2023 12:05:03 AM', '2023-09-20T00:05:03Z'],
    ['12/31/2023 12:00:00 PM', '2023-12-31T12:00:00Z'],
    ['9/20/2023, 4:05:03\u202fPM', '2023-09-20T16:05:03Z'],
    ['9/20/2023 16:05', '2023-09-20T16:05:00Z'],
    ['9/20/2023', '2023-09-20T00:00:00Z'],
    ['/Date(1695182703000)/', '2023-09-20T04:05:03.000Z'],
    ['2024-02-29T00:00:00', '2024-02-29T00:00:00Z'],
  ])('reads %j', (served, expected) => {
    expect(parseTime(served)).toBe(expected)
  })

  test.each([
    undefined,
    null,
    '',
    ' ',
    'yesterday',
    '20/9/2023 4:05:03 AM',
    '9/20/2023 13:05:03 PM',
    '2023-02-29T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:60:00Z',
    '0001-01-01T00:00:00',
    '1601-01-01T00:00:00Z',
    '2023-01-01T00:00:00Zz',
    '/Date(999999999999999)/',
    1695182703000,
    {},
    '9'.repeat(100_000),
  ])('has no time for case %#', (served) => {
    expect(parseTime(served)).toBeNull()
  })

  test('reads every ISO time it wrote', () => {
    const instants = fc.date({
      min: new Date('1900-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(instants, (date) => {
        const time = parseTime(date.toISOString())
        expect(time).toBe(date.toISOString())
        expect(epochMs(time ?? '')).toBe(date.getTime())
      }),
    )
  })
})

describe('epochMs()', () => {
  test('cuts what is finer than a millisecond', () => {
    expect(epochMs('2026-03-03T23:59:59.1239999Z')).toBe(Date.parse('2026-03-03T23:59:59.123Z'))
    expect(epochMs('2026-03-03T23:59:59.2Z')).toBe(Date.parse('2026-03-03T23:59:59.200Z'))
    expect(epochMs('2026-03-03T23:59:59Z')).toBe(Date.parse('2026-03-03T23:59:59Z'))
  })
})
