import { styleText } from 'node:util'
import { visible } from '../platform/visible-text.ts'
import type { Console, Paint, Progress } from './command.ts'

export { visible }

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
// East Asian wide and emoji take two columns (Unicode TR11, TR51); close enough for wrapping.
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u
const ZERO = /^\p{Mark}+$/u
// eslint-disable-next-line no-control-regex
const SIMPLE = /^[\u0020-\u007e]*$/

/** Columns that `text` takes on a terminal. */
export function columnsOf(text: string): number {
  if (SIMPLE.test(text)) return text.length
  let columns = 0
  for (const { segment } of graphemes.segment(text)) {
    if (!ZERO.test(segment)) columns += WIDE.test(segment) ? 2 : 1
  }
  return columns
}

/** Cuts `text` to `columns`, with an ellipsis when something was cut off. */
export function cut(text: string, columns: number): string {
  // Of a long text only the beginning is looked at; letters with many marks are cut a little early.
  const head = text.slice(0, columns * 8)
  if (head.length === text.length && columnsOf(text) <= columns) return text
  let taken = ''
  let used = 0
  for (const { segment } of graphemes.segment(head)) {
    const width = columnsOf(segment)
    if (used + width > columns - 1) break
    taken += segment
    used += width
  }
  return `${taken}…`
}

/** Cuts off the beginning instead: of a path, the end says which file it is. */
export function cutHead(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment)
  let kept = parts.length
  let used = 1
  while (kept > 0 && used + columnsOf(parts[kept - 1] ?? '') <= columns) {
    kept -= 1
    used += columnsOf(parts[kept] ?? '')
  }
  return `…${parts.slice(kept).join('')}`
}

export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/** Breaks `text` into lines of at most `columns`; words longer than a line are broken. */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrapParagraph(paragraph, Math.max(8, columns)))
}

function wrapParagraph(paragraph: string, columns: number): string[] {
  if (columnsOf(paragraph) <= columns) return [paragraph]
  const lines: string[] = []
  let line = ''
  let used = 0
  const flush = () => {
    lines.push(line.trimEnd())
    line = ''
    used = 0
  }
  const pieces = paragraph
    .split(/(?<= )/)
    // Of a long path or address names stay whole where they can.
    .flatMap((word) => (word.length > columns ? word.split(/(?<=\/)/) : [word]))
  for (const piece of pieces) {
    const width = columnsOf(piece.trimEnd())
    if (used > 0 && used + width > columns) flush()
    if (width <= columns) {
      line += piece
      used += columnsOf(piece)
      continue
    }
    // A run without blanks: an address, or a language that writes without them.
    for (const { segment } of graphemes.segment(piece)) {
      if (used + columnsOf(segment) > columns) flush()
      line += segment
      used += columnsOf(segment)
    }
  }
  if (line !== '') flush()
  return lines
}

/** What a console writes to: the process's own streams, or a test's. */
interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
}

export interface ConsoleOptions {
  readonly streams: Streams
  /** undefined: decide by the terminal and the environment. */
  readonly color: boolean | undefined
  readonly progress: boolean | undefined
  readonly environment: NodeJS.ProcessEnv
}

/** The console of a running command. */
export function openConsole(options: ConsoleOptions): Console {
  const { stdout, stderr } = options.streams
  const paint = painter(wantsColor(options))
  const progress = progressLine(options)
  return {
    line(text = '') {
      progress.clear()
      stdout.write(`${text}\n`)
    },
    json(value) {
      stdout.write(`${JSON.stringify(value)}\n`)
    },
    note(text) {
      progress.clear()
      stderr.write(`${text}\n`)
    },
    width: Math.max(40, stdout.columns || Number(options.environment['COLUMNS']) || 80),
    isTerminal: stdout.isTTY === true,
    paint,
    progress,
  }
}

function wantsColor({ color, environment, streams }: ConsoleOptions): boolean {
  if (color !== undefined) return color
  if (environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '') return false
  if (environment['FORCE_COLOR'] !== undefined) return environment['FORCE_COLOR'] !== '0'
  if (environment['CLICOLOR'] === '0' || environment['TERM'] === 'dumb') return false
  return streams.stdout.isTTY === true
}

function painter(color: boolean): Paint {
  return color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text
}

function progressLine({ progress, environment, streams: { stderr } }: ConsoleOptions): Progress {
  const silent = progress === false || stderr.isTTY !== true || environment['TERM'] === 'dumb'
  const started = performance.now()
  let lastShown = 0
  let shown = false
  return {
    show({ label, done, total, unit, extra }) {
      const now = performance.now()
      if (silent || now - started < 1_000 || now - lastShown < 200) return
      lastShown = now
      const rate = done / ((now - started) / 1_000)
      const left = total === null || rate === 0 ? '' : `  ${duration((total - done) / rate)} left`
      const share =
        total === null || total === 0
          ? ''
          : ` of ${number(total)} (${Math.floor((done / total) * 100)} %)`
      const text = `${label}: ${number(done)}${share} ${unit}, ${number(Math.round(rate))}/s${left}${extra === undefined ? '' : `  ${extra}`}`
      stderr.write(`\r\u001b[2K${cut(visible(text), (stderr.columns ?? 80) - 1)}`)
      shown = true
    },
    clear() {
      if (shown) stderr.write('\r\u001b[2K')
      shown = false
    },
  }
}

/** 1 234 567: a thin grouping that no locale mistakes for a decimal sign. */
export function number(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
}

/** Seconds as people say them: 4 s, 3 min 10 s, 2 h 05 min. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')} min`
}

/** Bytes with a decimal unit: 1.9 GB. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = count
  let unit = 0
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`
}

export function indented(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(columns) + line))
}

/** Minutes of an instant, UTC, as lists show them: 2026-03-04 09:15. */
export function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ')
}

/** Text of a record on one line. */
export function oneLine(text: string): string {
  return visible(text).replaceAll(/\s+/g, ' ').trim()
}
