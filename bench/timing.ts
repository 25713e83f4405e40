import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FACTS_FILE } from '../src/tenant/history/history.ts'
import type { CorpusFacts } from '../src/tenant/history/corpus-facts.ts'
import { nextTurn } from './turns.ts'
import { queryMix, RUNS, WARM_UPS, type Draw } from './mix.ts'

/** Where the corpus with its facts lies, and the data folder or bare table that is asked. */
export interface SearchInput {
  readonly corpusDir: string
  readonly path: string
}

export interface KindFigures {
  readonly name: string
  readonly mostMs: number
  readonly ms: readonly number[]
  /** What each measured run found, to be compared with what the others found. */
  readonly answers: readonly string[]
}

/** Runs the mix with `ask`, which answers what was found in a form that can be compared. */
export async function timeMix(
  corpusDir: string,
  ask: (draw: Draw) => Promise<() => string>,
): Promise<readonly KindFigures[]> {
  const kinds = queryMix(readFacts(corpusDir))
  for (let n = RUNS; n < RUNS + WARM_UPS; n += 1) for (const { draw } of kinds) await ask(draw(n))
  const figures = kinds.map(({ name, mostMs }) => ({
    name,
    mostMs,
    ms: [] as number[],
    answers: [] as string[],
  }))
  for (let n = 0; n < RUNS; n += 1) {
    await nextTurn()
    for (const [at, { draw }] of kinds.entries()) {
      const query = draw(n)
      const started = performance.now()
      const answer = await ask(query)
      figures[at]?.ms.push(performance.now() - started)
      figures[at]?.answers.push(answer())
    }
  }
  return figures
}

export function readFacts(corpusDir: string): CorpusFacts {
  // Written by generateHistory() in this very form.
  const facts: CorpusFacts = JSON.parse(readFileSync(join(corpusDir, FACTS_FILE), 'utf8'))
  return facts
}

/** Nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
