import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { FACTS_FILE, generateHistory } from '../src/tenant/history/history.ts'
import type { CorpusFacts } from '../src/tenant/history/corpus-facts.ts'
import { count, megabytes } from './table.ts'
import { readFacts } from './timing.ts'

/** Makes the corpus, or uses the one that an earlier run of the same size has left. */
export async function prepareCorpus(corpusDir: string, records: number): Promise<CorpusFacts> {
  if (existsSync(join(corpusDir, FACTS_FILE))) {
    const facts = readFacts(corpusDir)
    if (facts.options.records === records) return facts
  }
  rmSync(corpusDir, { recursive: true, force: true })
  return generateHistory({ seed: 1, records, outputDir: corpusDir })
}

/** What an import is given. */
export const shapesOf = (corpusDir: string): readonly string[] =>
  ['management', 'graph', 'purview'].map((shape) => join(corpusDir, shape))

/** The facts that come before any figure. */
export function factLines({
  expected,
  files,
  bytes,
  items,
  shares,
  lengths,
  cast,
  vocabulary,
  compression,
}: CorpusFacts): string[] {
  const of = (name: string): string => percent(shares[name] ?? 0)
  return [
    `${count(expected.read)} records in ${count(files)} files, ${megabytes(bytes)}, of ${count(items)} items`,
    `${of('audit')} audit, ${of('interactions')} interactions · repeats ${of('repeats')}, versions ${of('versions')}, twins ${of('twins')}, late ${of('late')}`,
    `an import must add ${count(expected.added)} and find ${count(expected.repeated)} repeated`,
    `prompts' median ${lengths.promptMedian} characters, answers' ${lengths.answerMedian}; ${percent(lengths.answersAbove10kShare)} of answers above 10,000`,
    `${count(vocabulary.words)} words, Zipf exponent ${vocabulary.zipfExponent}, ${vocabulary.languages} languages, ${of('otherLanguagesOfCharacters')} of the text not in English`,
    `${count(cast.users)} users, ${count(cast.agents)} agents, ${count(cast.files)} files on ${count(cast.sites)} sites; ${of('labelledOfResources')} of resources labelled`,
    `${of('automaticOfExchangesWithText')} of exchanges automatic; zstd -3 makes a day's records ${compression.toFixed(2)} of their size`,
  ]
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.02 ? 1 : 0)} %`
