import { defineCommand } from '../command.ts'

export const demo = defineCommand({
  name: 'demo',
  summary: 'Show the whole product on a bundled week of a small firm',
  arguments: '[--keep <folder>]',
  examples: [
    ['daybook demo', 'Imports the week, searches it, proves a record, and catches a forger.'],
  ],
  options: { keep: { value: '<folder>', summary: 'keep what the demo makes, in this new folder' } },
  exitCodes: { 0: 'everything was as the story says', 1: 'something was not' },
  async run(invocation) {
    const { runDemo } = await import('../demo/run-demo.ts')
    return runDemo(invocation)
  },
})
