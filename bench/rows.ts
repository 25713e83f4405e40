// The rows of the table, made of what was measured.
import type { LoadFigures } from './tasks/bare-load.ts'
import type { SizeFigures, ZstdFigures } from './tasks/disk.ts'
import type { ImportFigures } from './tasks/import.ts'
import type { ReindexFigures } from './tasks/reindex.ts'
import type { ProofFigures, VerifyFigures } from './tasks/verify.ts'
import { count, megabytes, ms, type Row } from './table.ts'
import { percentile, type KindFigures } from './timing.ts'

export function importRows(ours: ImportFigures, bare: LoadFigures, peakBytes: number): Row[] {
  const { read, seconds, closingSeconds } = ours
  const rate = read / seconds
  const ratio = bare.seconds / seconds
  return [
    {
      what: 'import',
      measured: `${count(rate)}/s, ${seconds.toFixed(1)} s`,
      bare: `${count(read / bare.seconds)}/s, ${bare.seconds.toFixed(1)} s`,
      ratio,
      goal: '≥ 0.4 × ≥ 25,000/s',
      met: ratio >= 0.4 && rate >= 25_000,
      figures: { rate, seconds, closingSeconds, bareSeconds: bare.seconds, ratio },
    },
    {
      what: 'its memory',
      measured: `${megabytes(peakBytes)} peak`,
      bare: '',
      ratio: null,
      goal: '≤ 1.5 GB',
      met: peakBytes <= 1.5e9,
      figures: { peakBytes },
    },
  ]
}

/** Ten million records against one million, on the same machine in the same run. */
export function scaleRow(large: ImportFigures, small: ImportFigures): Row {
  const [rate, smallRate] = [large.read / large.seconds, small.read / small.seconds]
  return {
    what: 'import, of 1 million',
    measured: `${count(smallRate)}/s, ${small.seconds.toFixed(1)} s`,
    bare: '',
    ratio: rate / smallRate,
    goal: 'all of it ≥ 0.8 ×',
    met: rate >= 0.8 * smallRate,
    figures: { rate, smallRate, ratio: rate / smallRate },
  }
}

export function reindexRow(ours: ReindexFigures, imported: ImportFigures, peakBytes: number): Row {
  const rate = ours.records / ours.seconds
  const ratio = rate / (imported.read / imported.seconds)
  return {
    what: 'reindex',
    measured: `${count(rate)}/s, ${ours.seconds.toFixed(1)} s, ${megabytes(peakBytes)}`,
    bare: '',
    ratio,
    goal: "≥ 0.8 × import's",
    met: ratio >= 0.8,
    figures: { rate, seconds: ours.seconds, ratio, peakBytes },
  }
}

export function blobRow({ idleBytes, seconds }: ImportFigures, peakBytes: number): Row {
  const more = peakBytes - idleBytes
  return {
    what: 'one blob of 256 MB',
    measured: `idle ${count(idleBytes / 1e6)} + ${megabytes(more)}`,
    bare: '',
    ratio: null,
    goal: '≤ idle + 350 MB',
    met: more <= 350e6,
    figures: { idleBytes, peakBytes, seconds },
  }
}

export function repeatRow(again: ImportFigures, first: ImportFigures): Row {
  const ratio = first.seconds / again.seconds
  return {
    what: 'the same again',
    measured: `${again.seconds.toFixed(1)} s, ${count(again.added)} added`,
    bare: '',
    ratio,
    goal: '≥ 2 × faster, 0',
    met: ratio >= 2 && again.added === 0,
    figures: { seconds: again.seconds, added: again.added, ratio },
  }
}

export function searchRows(
  core: readonly KindFigures[],
  bare: readonly KindFigures[],
  http: readonly KindFigures[],
): Row[] {
  return core.map(({ name, mostMs, ms: times }, at) => {
    const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)]
    const bareTimes = bare[at]?.ms ?? []
    const [bareP50, bareP95] = [percentile(bareTimes, 0.5), percentile(bareTimes, 0.95)]
    const [httpP50, httpP95] = [0.5, 0.95].map((share) => percentile(http[at]?.ms ?? [], share))
    const ratio = p95 / bareP95
    return {
      what: name,
      measured: `${ms(p50).padStart(4)} ${ms(p95).padStart(4)}   http ${ms(httpP50 ?? 0).padStart(4)} ${ms(httpP95 ?? 0).padStart(4)}`,
      bare: `${ms(bareP50).padStart(4)} ${ms(bareP95).padStart(4)}`,
      ratio,
      goal: `≤ 1.5 × ≤ ${mostMs} ms`,
      met: ratio <= 1.5 && p95 <= mostMs,
      figures: { p50, p95, bareP50, bareP95, ratio, httpP50: httpP50 ?? 0, httpP95: httpP95 ?? 0 },
    }
  })
}

export function verifyRows({ records, seconds }: VerifyFigures, proofs: ProofFigures): Row[] {
  const rate = records / seconds
  const [p50, p95] = [percentile(proofs.ms, 0.5), percentile(proofs.ms, 0.95)]
  const { mostBytes } = proofs
  return [
    {
      what: 'verify',
      measured: `${count(rate)}/s, ${seconds.toFixed(1)} s`,
      bare: '',
      ratio: null,
      goal: '≥ 200,000/s',
      met: rate >= 200_000,
      figures: { rate, seconds },
    },
    {
      what: 'one proof',
      measured: `${count(mostBytes)} bytes, ${ms(p50)} / ${ms(p95)} ms`,
      bare: '',
      ratio: null,
      goal: '≤ 4 kB, p95 ≤ 5 ms',
      met: mostBytes <= 4_096 && p95 <= 5,
      figures: { mostBytes, p50, p95 },
    },
  ]
}

export function archiveRow(archiveBytes: number, { zstdBytes, rawBytes }: ZstdFigures): Row {
  return {
    ...against('archive', archiveBytes, zstdBytes, 1.2),
    bare: `zstd ${megabytes(zstdBytes)}`,
    figures: { bytes: archiveBytes, zstdBytes, rawBytes, ratio: archiveBytes / zstdBytes },
  }
}

export function indexRows(ours: SizeFigures, bare: SizeFigures): Row[] {
  return [
    against('index, as it was left', ours.left, bare.left, 1.3),
    against('index, merged', ours.merged, bare.merged, 1.3),
  ]
}

function against(what: string, bytes: number, bareBytes: number, most: number): Row {
  const ratio = bytes / bareBytes
  return {
    what,
    measured: megabytes(bytes),
    bare: megabytes(bareBytes),
    ratio,
    goal: `≤ ${most} ×`,
    met: ratio <= most,
    figures: { bytes, bareBytes, ratio },
  }
}

export function startRow(times: readonly number[]): Row {
  const median = percentile(times, 0.5)
  return {
    what: 'start (--help)',
    measured: `${ms(median)} ms`,
    bare: '',
    ratio: null,
    goal: '≤ 150 ms',
    met: median <= 150,
    figures: { median, slowest: Math.max(...times) },
  }
}
