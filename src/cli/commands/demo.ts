import { CodedError } from '../../platform/errors.ts'
import { defineCommand, textOption } from '../command.ts'

export const demo = defineCommand({
  name: 'demo',
  summary: 'Show the whole product on a bundled week of a small firm',
  arguments: '[--keep <folder>] [--check]',
  examples: [
    ['daybook demo', 'Imports the week, searches it, proves a record, and catches a forger.'],
    [
      'daybook demo --check --seed 7 --json',
      'Collects from an emulated tenant with every fault while the collector is killed, and compares.',
    ],
  ],
  options: {
    keep: { value: '<folder>', summary: 'keep what the demo makes, in this new folder' },
    quick: { summary: 'without collecting from an emulated tenant' },
    check: { summary: 'hold what an emulated tenant offered against what is archived' },
    seed: { value: '<number>', summary: 'of the check: another history (default 1)' },
  },
  exitCodes: { 0: 'everything was as the story says', 1: 'something was not' },
  whenStopped: 'begin again as you like',
  async run(invocation) {
    if (invocation.options['check'] === true) {
      const seed = Number(textOption(invocation.options, 'seed') ?? 1)
      if (!Number.isSafeInteger(seed) || seed < 0)
        throw new CodedError('USAGE', '--seed takes a whole number')
      const { runCheck } = await import('../rehearsal/check.ts')
      return runCheck(invocation, seed)
    }
    const { runDemo } = await import('../demo/run-demo.ts')
    return runDemo(invocation)
  },
})
