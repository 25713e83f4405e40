import { expect, test } from 'vitest'
import { soakFigures, type SoakSample } from '../bench/soak/report.ts'
import { slopeOf } from '../bench/soak/slope.ts'

const samples = (memory: (minute: number) => number): SoakSample[] =>
  Array.from({ length: 90 }, (_, minute) => ({
    at: minute / 60,
    memory: memory(minute) * 1e6,
    handles: 100,
    threads: 40,
    cpuSeconds: minute,
    records: minute,
    tenantNow: '2026-03-06T08:00:00Z',
  }))
const verdict = (memory: (minute: number) => number) =>
  soakFigures(samples(memory)).map(({ flat }) => flat)

test('a slope is that of most points, whatever a few of them do', () => {
  const line = Array.from({ length: 40 }, (_, at) => ({ at, value: 2 * at + (at === 7 ? 900 : 0) }))
  expect(slopeOf(line)).toBeCloseTo(2)
  expect(slopeOf([])).toBe(0)
})

test('memory that swings is flat, memory that grows is not, and what happens while warming up does not count', () => {
  expect(verdict((minute) => 800 + 50 * (minute % 3))).toEqual([true, true, true])
  expect(verdict((minute) => 800 + 2 * minute)).toEqual([false, true, true])
  expect(verdict((minute) => (minute < 15 ? 200 + 40 * minute : 800))).toEqual([true, true, true])
})
