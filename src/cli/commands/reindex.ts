import { defineCommand } from '../command.ts'
import { number } from '../terminal.ts'

type Step =
  | {
      readonly type: 'progress'
      readonly tenant: string
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'result'; readonly records: number; readonly seconds: number }

export const reindex = defineCommand({
  name: 'reindex',
  summary: 'Build the search index again from the archive',
  arguments: '',
  examples: [
    [
      'daybook reindex --data-dir ./records',
      'The archive is only read; every answer stays the same.',
    ],
  ],
  options: {},
  exitCodes: {
    0: 'rebuilt',
    1: 'could not be rebuilt',
    130: 'stopped; the next command goes on with it',
  },
  whenStopped: 'the next command goes on with it',
  async run({ json, console, client }) {
    const app = await client({ index: true, purpose: 'reindex' })
    for await (const step of app.stream<Step>('/api/v1/index/rebuild', {})) {
      if (step.type === 'progress') {
        console.progress.show({
          label: 'Indexing',
          done: step.done,
          total: step.total,
          unit: 'records',
        })
        continue
      }
      console.progress.clear()
      if (json) console.json({ records: step.records, seconds: step.seconds })
      else {
        const rate = step.seconds > 0 ? Math.round(step.records / step.seconds) : step.records
        console.line(
          `Indexed ${number(step.records)} records in ${step.seconds.toFixed(1)} s (${number(rate)} records/s)`,
        )
      }
    }
    return 0
  },
})
