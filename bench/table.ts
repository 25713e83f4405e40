/** A line of the table: a figure, what it is held against, and whether the goal is met. */
export interface Row {
  readonly what: string
  readonly measured: string
  /** What the bare engine (or zstd) needed. */
  readonly bare: string
  readonly ratio: number | null
  readonly goal: string
  /** null: no goal of its own. */
  readonly met: boolean | null
  /** The figures behind it, for `--json`. */
  readonly figures: Readonly<Record<string, number>>
}

const WIDTHS = [22, 26, 17, 7, 19, 4] as const

export function tableLines(head: readonly string[], rows: readonly Row[]): string[] {
  const line = (cells: readonly string[]): string =>
    WIDTHS.map((width, at) => fit(cells[at] ?? '', width, at === 3))
      .join(' ')
      .trimEnd()
  return [
    line(head),
    WIDTHS.map((width) => '-'.repeat(width)).join(' '),
    ...rows.map(({ what, measured, bare, ratio, goal, met }) =>
      line([
        what,
        measured,
        bare,
        ratio === null ? '' : `${ratio.toFixed(2)} ×`,
        goal,
        verdict(met),
      ]),
    ),
  ]
}

function verdict(met: boolean | null): string {
  if (met === null) return ''
  return met ? 'ok' : 'MISS'
}

function fit(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width)
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US')
export const megabytes = (bytes: number): string => `${count(bytes / 1e6)} MB`
export const ms = (value: number): string =>
  value < 10 ? value.toFixed(1) : Math.round(value).toString()
