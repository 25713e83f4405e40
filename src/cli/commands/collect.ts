import { join, resolve } from 'node:path'
import type { CollectAnswer, CollectProgress } from '../../api/answers.ts'
import { logLine, type CollectEvent } from '../../pipeline/collect/events.ts'
import { readConfiguration } from '../../platform/config/configuration.ts'
import { durationOf } from '../../platform/config/schema.ts'
import { CodedError } from '../../platform/errors.ts'
import { collecting } from '../collecting.ts'
import { defineCommand, textOption, type Console, type OptionValues } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { number, visible, wrap } from '../terminal.ts'

type Step =
  | ({ readonly type: 'progress' } & CollectProgress)
  | ({ readonly type: 'result'; readonly interrupted: boolean } & CollectAnswer)

export const collect = defineCommand({
  name: 'collect',
  summary: 'Collect from Microsoft 365 tenants, until it is stopped',
  arguments: '[--once] [--config <file>]',
  examples: [
    ['daybook collect', 'Every ten minutes, for ever; other commands work meanwhile.'],
    ['daybook collect --once', 'What there is now, then end: for a scheduler.'],
    [
      'daybook collect --config /etc/daybook.yaml --data-dir /srv/daybook --log json',
      'As a service, with a log.',
    ],
  ],
  options: {
    once: { summary: 'collect what there is now, then end' },
    config: { value: '<file>', summary: 'configuration (daybook.yaml in the data folder)' },
    every: { value: '<time>', summary: 'how often is looked for what is new (10m)' },
    log: {
      value: 'json',
      summary: 'write what is done to standard error, an object a line: codes and counts',
    },
    'look-back': { value: '<time>', summary: 'how far back each look goes (6d)' },
  },
  exitCodes: {
    0: 'everything there was is recorded, or it was stopped by Ctrl+C without --once',
    1: 'the configuration or the data folder could not be used',
    2: 'wrong usage',
    3: 'something could not be fetched; it stays queued, the notices say why',
    130: 'stopped by Ctrl+C; what was recorded is kept, the next run goes on',
  },
  notes: [
    'Ctrl+C finishes what is begun. However the process ends, the next one goes on where it stood: nothing is lost, nothing is recorded twice.',
    'What expires first is fetched first. A feed that fails is tried again and never stops another; an index that cannot be written is brought up later.',
  ],
  whenStopped: 'what was recorded is kept; the next run goes on',
  async run({ options, json, console, client, dataDir, environment }) {
    const once = options['once'] === true
    const path = textOption(options, 'config')
    const log = textOption(options, 'log')
    if (log !== undefined && log !== 'json') throw new CodedError('USAGE', '--log takes json')
    const times = {
      everyMs: timeOption(options, 'every', '10s', '1d'),
      lookBackMs: timeOption(options, 'look-back', '1h', '7d'),
    }
    const configuration = readConfiguration(
      path === undefined ? join(dataDir, 'daybook.yaml') : resolve(path),
    )
    const need = await collecting(configuration, environment, times)
    const tell = (event: CollectEvent) => console.note(logLine(event, need.clock.now()))
    const app = await client({
      index: 'if-possible',
      purpose: 'collect',
      makes: true,
      collect: log === undefined ? need : { ...need, tell },
    })
    if (!once && !json && log === undefined)
      console.note('Collecting; Ctrl+C ends it after what is begun')
    let last: Step | null = null
    for await (const step of app.stream<Step>('/api/v1/collect', { once })) {
      last = step
      if (step.type === 'progress' && log === undefined) progress(step, console)
    }
    console.progress.clear()
    if (last?.type !== 'result') throw new Error('collecting gave no result')
    const { type: _, ...answer } = last
    if (json) console.json(answer)
    else print(answer, console)
    if (answer.interrupted) return once ? EXIT.INTERRUPTED : EXIT.OK
    return answer.tenants.some(({ feeds }) => feeds.some(hasFailed)) ? EXIT.PARTIAL : EXIT.OK
  },
})

/** Within the bounds that the configuration has for the same setting. */
function timeOption(
  options: OptionValues,
  name: string,
  least: string,
  most: string,
): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  const ms = durationOf(text)
  if (ms === null || ms < (durationOf(least) ?? 0) || ms > (durationOf(most) ?? 0))
    throw new CodedError(
      'USAGE',
      `--${name} takes a time from ${least} to ${most}, such as 30s, 10m or 6h`,
    )
  return ms
}

type Feed = CollectAnswer['tenants'][number]['feeds'][number]

const hasFailed = ({ configured, error, retrying }: Feed): boolean =>
  configured && (error !== null || retrying > 0)

function progress({ units, ended, records }: CollectProgress, console: Console): void {
  const extra = `${number(records)} records`
  console.progress.show({ label: 'Collecting', done: ended, total: units, unit: 'units', extra })
}

function print({ tenants }: CollectAnswer, { line, paint, width }: Console): void {
  for (const { tenant, feeds, notices } of tenants) {
    line(paint('bold', `Tenant ${visible(tenant)}`))
    for (const feed of feeds) {
      if (!feed.configured) continue
      const { done, records } = feed
      const waits = feed.pending + feed.waiting
      line(
        `  ${feed.feed.padEnd(20)} ${number(done).padStart(9)} fetched ${number(records).padStart(11)} records${waits > 0 ? `  ${number(waits)} waiting` : ''}${feed.lost > 0 ? `  ${number(feed.lost)} lost` : ''}`,
      )
      if (feed.error !== null) line(paint('yellow', `  ! last failure: ${visible(feed.error)}`))
    }
    for (const { code, subject, message } of notices) {
      const about = subject === '' ? '' : ` (${visible(subject)})`
      const [first = '', ...rest] = wrap(`${visible(message)} [${code}]${about}`, width - 4)
      line(`${paint('yellow', '!')} ${first}`)
      rest.forEach((more) => line(`  ${more}`))
    }
  }
}
