import type { Client, Console } from './command.ts'
import { bytes } from './terminal.ts'

/** What an import answers at its end. */
export interface ImportResult {
  readonly read: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
  readonly containers: number
  readonly reference: readonly {
    readonly file: string
    readonly kind: string
    readonly rows: number
    readonly concealed: number
    readonly asOf: string | null
    readonly repeated: boolean
  }[]
  readonly tenants: readonly string[]
  readonly dropped: Readonly<Record<string, number>>
  readonly errors: readonly {
    readonly file: string
    readonly offset: number | null
    readonly code: string
    readonly message: string
  }[]
  readonly interrupted: boolean
  readonly indexed: boolean
  readonly seconds: number
}

type Step =
  | {
      readonly type: 'progress'
      readonly bytes: number
      readonly totalBytes: number
      readonly records: number
    }
  | ({ readonly type: 'result' } & ImportResult)

/** Has the application import files and folders of this machine, and shows how far it is. */
export async function importPaths(
  app: Client,
  body: { readonly paths: readonly string[]; readonly tenant?: string },
  { progress }: Console,
): Promise<ImportResult> {
  let result: ImportResult | null = null
  for await (const step of app.stream<Step>('/api/v1/imports', body)) {
    if (step.type === 'result') {
      const { type: _, ...rest } = step
      result = rest
      continue
    }
    const { bytes: done, totalBytes, records } = step
    // How many records there will be is only known from how many the bytes so far had.
    const total = done > 0 && records > 0 ? Math.round((records * totalBytes) / done) : null
    const extra = `${bytes(done)} of ${bytes(totalBytes)}`
    progress.show({ label: 'Importing', done: records, total, unit: 'records', extra })
  }
  progress.clear()
  if (result === null) throw new Error('the import gave no result')
  return result
}
