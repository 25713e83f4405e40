import type { CollectAnswer } from '../../api/answers.ts'
import { CodedError } from '../../platform/errors.ts'
import { printCollection } from '../collect-status.ts'
import { defineCommand, type Client, type Invocation } from '../command.ts'
import { bytes, cutHead, minute, number, visible } from '../terminal.ts'

interface Status {
  readonly dataDir: string
  readonly tenants: readonly {
    readonly tenant: string
    readonly records: number
    readonly recordsInOpenSegment: number
    readonly segments: number
    readonly segmentBytes: number
    readonly logSize: number
    readonly logRoot: string | null
    readonly indexed: number | null
  }[]
  readonly disk: { readonly archive: number; readonly index: number }
  readonly imports: readonly {
    readonly file: string
    readonly startedAt: string
    readonly endedAt: string | null
    readonly read: number
    readonly added: number
  }[]
  readonly dropped: readonly { readonly kind: string; readonly count: number }[]
}

export const status = defineCommand({
  name: 'status',
  summary: 'What the data folder holds, and in which state it is',
  arguments: '',
  examples: [
    [
      'daybook status --data-dir ./records',
      'Records, segments, log and index of every tenant; the last imports.',
    ],
  ],
  options: {},
  exitCodes: { 0: 'told', 1: 'the data folder could not be used' },
  async run({ json, console, client }) {
    const app = await openFor(client)
    const answer = await app.get<Status>('/api/v1/status')
    const collection = await app.get<CollectAnswer>('/api/v1/collect')
    if (json) {
      console.json({ ...answer, collection })
      return 0
    }
    const { paint } = console
    console.line(paint('bold', `Data folder ${visible(answer.dataDir)}`))
    console.line(`  archive ${bytes(answer.disk.archive)}, index ${bytes(answer.disk.index)}`)
    for (const tenant of answer.tenants) {
      const lag = tenant.indexed === null ? null : tenant.records - tenant.indexed
      console.line()
      console.line(paint('bold', `Tenant ${visible(tenant.tenant)}`))
      console.line(
        `  records   ${number(tenant.records)}${tenant.recordsInOpenSegment > 0 ? ` (${number(tenant.recordsInOpenSegment)} of them recorded, not yet sealed)` : ''}`,
      )
      console.line(`  segments  ${number(tenant.segments)} sealed, ${bytes(tenant.segmentBytes)}`)
      console.line(
        `  log       ${number(tenant.logSize)} entries${tenant.logRoot === null ? '' : `, root ${tenant.logRoot}`}`,
      )
      console.line(
        `  index     ${lag === null ? 'not opened' : lag === 0 ? 'complete' : `${number(lag)} records behind`}`,
      )
    }
    if (answer.tenants.length === 0)
      console.line('Nothing is archived yet. Next: daybook import <files or folders>')
    printCollection(collection, console)
    if (answer.imports.length > 0) {
      console.line()
      console.line(paint('bold', 'Last imports'))
      const reads = widest(answer.imports.map(({ read }) => read))
      const adds = widest(answer.imports.map(({ added }) => added))
      const column = `${' '.repeat(reads)} read, ${' '.repeat(adds)} added`.length
      for (const { file, startedAt, endedAt, read, added } of answer.imports) {
        const done = `${number(read).padStart(reads)} read, ${number(added).padStart(adds)} added`
        const end =
          endedAt === null
            ? paint('yellow', 'interrupted'.padEnd(column))
            : paint('dim', done.padEnd(column))
        const room = console.width - 22 - Math.max(column, 'interrupted'.length)
        console.line(`  ${minute(startedAt)}  ${end}  ${cutHead(visible(file), room)}`)
      }
    }
    if (answer.dropped.length > 0) {
      console.line()
      console.line(paint('bold', 'Dropped as not about AI, in all imports'))
      for (const { kind, count } of answer.dropped)
        console.line(
          `  ${number(count).padStart(10)}  ${cutHead(visible(kind), console.width - 14)}`,
        )
    }
    return 0
  },
})

/** Columns of the longest of these numbers. */
const widest = (counts: readonly number[]): number =>
  Math.max(...counts.map((count) => number(count).length))

/** What is archived can be told without the search engine, where it is missing or broken. */
async function openFor(client: Invocation['client']): Promise<Client> {
  try {
    return await client({ index: true, purpose: 'status' })
  } catch (error) {
    if (!(error instanceof CodedError) || !error.code.startsWith('INDEX_')) throw error
    return client({ index: false, purpose: 'status' })
  }
}
