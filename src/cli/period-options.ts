import { CodedError } from '../platform/errors.ts'
import { textOption, type Option, type OptionValues } from './command.ts'
import { instantOf } from './search-terms.ts'

/** `--from` and `--to`, half-open, as reports and the timeline take them. */
export const PERIOD_OPTIONS: Readonly<Record<string, Option>> = {
  from: {
    value: '<date>',
    summary: 'from this day or instant on; a date is 00:00 UTC',
    aliases: ['start-date'],
  },
  to: {
    value: '<date>',
    summary: 'up to this day or instant, without it',
    aliases: ['end-date'],
  },
}

/** The instants that were meant; null: without an end. Throws `USAGE` for a date that is none. */
export interface Period {
  readonly from: string | null
  readonly to: string | null
}

export function periodOf(options: OptionValues): Period {
  const [from, to] = [instant(options, 'from'), instant(options, 'to')]
  if (from !== null && to !== null && from >= to)
    throw new CodedError('USAGE', `--from (${from}) must be before --to (${to})`)
  return { from, to }
}

/** As KQL, to be added to what else must match. */
export function periodQueries({ from, to }: Period): string[] {
  return [
    ...(from === null ? [] : [`occurred>=${from}`]),
    ...(to === null ? [] : [`occurred<${to}`]),
  ]
}

/** The instants in words; times are UTC. */
export function periodText({ from, to }: Period): string {
  if (from === null && to === null) return 'all times'
  const start = from === null ? '' : `from ${short(from)} `
  return `${start}${to === null ? 'on' : `to ${short(to)} (the end not included)`}, UTC`
}

const short = (at: string): string =>
  at.endsWith('T00:00:00.000Z')
    ? at.slice(0, 10)
    : at.replace('T', ' ').replace(/(?::00)?\.000Z$/, '')

function instant(options: OptionValues, name: string): string | null {
  const text = textOption(options, name)
  if (text === undefined) return null
  const at = instantOf(text.trim())
  if (at === null)
    throw new CodedError(
      'USAGE',
      `--${name} takes a date such as 2026-03-04, or an instant such as 2026-03-04T09:15:00Z`,
    )
  return new Date(at).toISOString()
}
