// `npm run bench`: the figures that the product promises, beside those of the bare engine in the same run.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { factLines, prepareCorpus } from './corpus.ts'
import { HELP, readOptions, type Options } from './options.ts'
import { runParts, type Outcome } from './run.ts'
import { RUNS } from './mix.ts'
import { tableLines } from './table.ts'

process.exitCode = await main()

async function main(): Promise<number> {
  let options: Options | null
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
  if (options === null) {
    process.stdout.write(HELP)
    return 0
  }
  const folder =
    options.keep === null ? mkdtempSync(join(tmpdir(), 'daybook-bench-')) : resolve(options.keep)
  const remove = (): void => {
    if (options.keep === null) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('SIGINT', () => {
    remove()
    process.exit(130)
  })
  try {
    // Sizes side by side: what was kept of one is of no use to another.
    const sized = join(folder, String(options.records))
    mkdirSync(sized, { recursive: true })
    const outcome = await bench(sized, options)
    return outcome.faults.length === 0 ? 0 : 1
  } finally {
    remove()
  }
}

async function bench(folder: string, { records, only, json }: Options): Promise<Outcome> {
  const started = performance.now()
  const seconds = (): string => ((performance.now() - started) / 1_000).toFixed(0)
  const say = (what: string): void => void process.stderr.write(`[${seconds()} s] ${what}\n`)
  const print = (lines: readonly string[]): void => {
    if (!json) process.stdout.write(`${lines.join('\n')}\n`)
  }
  say(`corpus of ${records} records`)
  const facts = await prepareCorpus(join(folder, 'corpus'), records)
  print(['', 'The corpus', ...factLines(facts).map((line) => `  ${line}`), '', machine(), ''])

  const outcome = await runParts(folder, facts, only, say)
  const { rows, searches, notes, faults } = outcome
  if (json) {
    const { options, expected, shares, compression } = facts
    const corpus = { options, expected, shares, compression }
    const took = Number(seconds())
    process.stdout.write(
      `${JSON.stringify({ machine: machine(), corpus, ...outcome, seconds: took })}\n`,
    )
    return outcome
  }
  if (rows.length > 0)
    print(['', ...tableLines(['', 'Daybook', 'bare engine', 'ratio', 'goal'], rows)])
  if (searches.length > 0) {
    const head = [
      `search, ${RUNS} runs each`,
      ' p50  p95   http  p50  p95 ms',
      ' p50  p95 ms',
      'p95',
      'goal of p95',
    ]
    print(['', ...tableLines(head, searches)])
  }
  print(['', ...notes, ...faults.map((fault) => `WRONG  ${fault}`), `${seconds()} s in all`])
  return outcome
}

function machine(): string {
  const gigabytes = (totalmem() / 1e9).toFixed(0)
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gigabytes} GB, Node ${process.versions.node}`
}
