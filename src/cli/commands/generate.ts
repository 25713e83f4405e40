import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CodedError } from '../../platform/errors.ts'
import { generateHistory } from '../../tenant/history/history.ts'
import { defineCommand, textOption, type OptionValues } from '../command.ts'
import { bytes, number, visible } from '../terminal.ts'

export const generate = defineCommand({
  name: 'generate',
  summary: 'Write a made-up history of a tenant, to rehearse and measure on',
  arguments: '<folder> [--records <number>] [--seed <number>]',
  examples: [
    [
      'daybook generate ./corpus --records 100000',
      'Management blobs, Graph pages and portal CSV of one made-up year, with known needles.',
    ],
    [
      'daybook import ./corpus/management ./corpus/graph ./corpus/purview',
      'Takes it in; corpus.facts.json says what must come out.',
    ],
  ],
  options: {
    records: {
      value: '<number>',
      summary: 'records as served, repeats and versions included (default 100000)',
    },
    seed: { value: '<number>', summary: 'the same seed gives the same bytes (default 1)' },
    days: { value: '<number>', summary: 'length of the history in days (default 365)' },
    from: { value: '<date>', summary: 'its first day (default 2025-10-01)' },
    noise: {
      value: '<share>',
      summary: 'records that have nothing to do with AI, beyond the others (default 0)',
    },
  },
  exitCodes: { 0: 'written', 1: 'could not be written', 2: 'wrong usage' },
  whenStopped: 'a part of it lies in the folder; remove that before you begin again',
  async run({ positionals, options, json, console, signal }) {
    const [folder] = positionals
    if (folder === undefined || positionals.length > 1)
      throw new CodedError('USAGE', 'Name one folder to write to; see "daybook generate --help"')
    const days = whole(options, 'days')
    const from = textOption(options, 'from')
    const noise = fraction(options, 'noise')
    const started = performance.now()
    const facts = await generateHistory({
      seed: whole(options, 'seed') ?? 1,
      records: whole(options, 'records') ?? 100_000,
      ...(days === undefined ? {} : { days }),
      ...(from === undefined ? {} : { from }),
      ...(noise === undefined ? {} : { noise }),
      outputDir: resolve(folder),
      signal,
      onProgress: (done, total) =>
        console.progress.show({ label: 'Writing', done, total, unit: 'days' }),
    })
    console.progress.clear()
    const seconds = (performance.now() - started) / 1_000
    if (json) {
      console.json({ ...facts, seconds })
      return 0
    }
    const { read, added, repeated, versions } = facts.expected
    console.line(
      `Wrote ${number(read)} records in ${number(facts.files)} files (${bytes(facts.bytes)}) to ${visible(folder)} in ${seconds.toFixed(1)} s`,
    )
    console.line(
      `An import must say: read ${number(read)}, added ${number(added)} (versions ${number(versions)}), repeated ${number(repeated)}`,
    )
    const parts = ['management', 'graph', 'purview'].map((part) => join(folder, part))
    const there = parts.filter((part) => existsSync(part)).map(visible)
    console.line(`Next: daybook import ${there.join(' ')}`)
    return 0
  },
})

function whole(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw new CodedError('USAGE', `--${name} takes a whole number`)
  return Number(text)
}

function fraction(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  if (!/^(0|1|0?\.\d{1,6})$/.test(text))
    throw new CodedError('USAGE', `--${name} takes a share between 0 and 1, such as 0.1`)
  return Number(text)
}
