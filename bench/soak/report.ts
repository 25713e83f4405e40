import type { ProcessSample } from './sample.ts'
import { median, slopeOf, type Point } from './slope.ts'

export interface SoakSample extends ProcessSample {
  /** Hours of this machine since the start. */
  readonly at: number
  /** Searchable records; NaN when the collector did not answer. */
  readonly records: number
  /** The tenant's clock, an instant. */
  readonly tenantNow: string
}

/** Flat: less growth an hour than this share of the median. */
const FLAT = 0.05
/** The first part warms up: the engine's caches and the backlog. */
const WARM_UP = 0.25

interface Figure {
  readonly name: string
  readonly first: number
  readonly median: number
  readonly highest: number
  /** Growth an hour. */
  readonly slope: number
  readonly flat: boolean
}

/** What is judged: memory, handles and threads after the warm-up. */
export function soakFigures(samples: readonly SoakSample[]): Figure[] {
  const end = samples.at(-1)?.at ?? 0
  const judged = samples.filter(({ at }) => at >= end * WARM_UP)
  const figure = (name: string, value: (sample: SoakSample) => number): Figure => {
    const points = judged.map((sample): Point => ({ at: sample.at, value: value(sample) }))
    const values = points.map((point) => point.value)
    const [middle, slope] = [median(values), slopeOf(points)]
    const highest = Math.max(0, ...values)
    return {
      name,
      first: values[0] ?? 0,
      median: middle,
      highest,
      slope,
      flat: slope <= middle * FLAT,
    }
  }
  return [
    figure('memory, MB', ({ memory }) => memory / 1e6),
    figure('handles', ({ handles }) => handles),
    figure('threads', ({ threads }) => threads),
  ]
}

/** The table of docs/reference/soak.md. */
export function soakReport(samples: readonly SoakSample[]): string {
  const [first, last] = [samples[0], samples.at(-1)]
  if (first === undefined || last === undefined) return 'No sample was taken.\n'
  const tenantHours = (Date.parse(last.tenantNow) - Date.parse(first.tenantNow)) / 3_600_000
  const answered = samples.filter(({ records }) => Number.isFinite(records))
  const lines = [
    `${(last.at * 60).toFixed(0)} minutes, ${tenantHours.toFixed(0)} tenant-hours, ${answered.at(-1)?.records ?? 0} records searchable at the end, ${(last.cpuSeconds / last.at / 3_600).toFixed(2)} cores; ${samples.length} samples, ${samples.length - answered.length} of them without an answer`,
    '',
    '|            | at first | median | highest | growth an hour |      |',
    '| ---------- | -------- | ------ | ------- | -------------- | ---- |',
    ...soakFigures(samples).map(
      ({ name, first: start, median: middle, highest, slope, flat }) =>
        `| ${name.padEnd(10)} | ${start.toFixed(0)} | ${middle.toFixed(0)} | ${highest.toFixed(0)} | ${slope.toFixed(2)} | ${flat ? 'flat' : 'GROWS'} |`,
    ),
    '',
  ]
  return lines.join('\n')
}
