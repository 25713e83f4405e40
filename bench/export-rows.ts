// The rows of exports: what was measured, beside the goal, and the bare engine's own file where it writes one.
import type { Measured } from './measure.ts'
import type { ExportFigures, ExportTask } from './tasks/export.ts'
import { count, megabytes, type Row } from './table.ts'

const GOALS: Readonly<Record<Exclude<ExportTask['format'], 'user'>, readonly [string, number]>> = {
  raw: ['export, exact texts', 100_000],
  csv: ['export, CSV', 50_000],
  parquet: ['export, Parquet', 100_000],
  xlsx: ['export, XLSX', 20_000],
}

const MOST_BYTES = 500e6

export function exportRow(
  format: Exclude<ExportTask['format'], 'user'>,
  { value, peakBytes }: Measured<ExportFigures>,
  bareSeconds: number | null,
): Row {
  const [what, least] = GOALS[format]
  const { rows, seconds, idleBytes } = value
  const rate = rows / seconds
  const more = peakBytes - idleBytes
  return {
    what,
    measured: `${count(rate)}/s, + ${megabytes(more)}`,
    bare: bareSeconds === null ? '' : `${count(rows / bareSeconds)}/s, ${bareSeconds.toFixed(1)} s`,
    ratio: bareSeconds === null ? null : bareSeconds / seconds,
    goal: `≥ ${count(least / 1_000)}k/s, ≤ 500 MB`,
    met: rate >= least && more <= MOST_BYTES,
    figures: { rate, rows, seconds, idleBytes, peakBytes, bareSeconds: bareSeconds ?? 0 },
  }
}

export function userRow({ value, peakBytes }: Measured<ExportFigures>): Row {
  const { rows, proofs, seconds, idleBytes } = value
  return {
    what: 'one user, one year',
    measured: `${seconds.toFixed(1)} s, ${count(proofs)} proofs`,
    bare: '',
    ratio: null,
    goal: '≤ 15 s, packed',
    met: seconds <= 15,
    figures: { rows, proofs, seconds, idleBytes, peakBytes },
  }
}
