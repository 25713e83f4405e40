import type { Journal } from '../activity/journal.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { ItemsProgram } from '../discovery/export/write-items.ts'
import type { Part } from '../interactions/item.ts'
import type { Clock } from '../platform/clock.ts'
import type { IndexStore } from '../query/index-store.ts'
import type { CoverageInputs } from '../reports/coverage/inputs.ts'

/** What an import reports while it runs. */
interface ImportStep {
  readonly bytes: number
  readonly totalBytes: number
  readonly records: number
}

interface CatchUpStep {
  readonly tenant: string
  readonly done: number
  readonly total: number
}

/** What the routes work with. The pipeline is reached through the ports that app.ts hands in. */
export interface AppContext {
  readonly dataDir: string
  readonly clock: Clock
  /** Aborted when the process is asked to stop: finish what is begun. */
  readonly signal: AbortSignal
  /** Who is asking: `local:<name>` for the command line. */
  readonly actor: string
  readonly catalog: Catalog
  readonly archives: TenantArchives
  readonly journal: Journal
  /** null: opened without it (commands that do not search), or it could not be opened. */
  readonly index: IndexStore | null
  /** null: this process does not collect. */
  readonly collector: CollectorPort | null
  readonly importFiles: (
    options: {
      readonly paths: readonly string[]
      readonly tenant: string | null
      /** Aborted when whoever asked has gone: then it stops as if Ctrl+C were pressed. */
      readonly gone: AbortSignal
    },
    onProgress: (step: ImportStep) => void,
  ) => Promise<object>
  /** Brings keys and index up to the archive; `fromScratch` empties the index first. */
  readonly catchUp: (
    options: { readonly fromScratch: boolean },
    onProgress: (step: CatchUpStep) => void,
  ) => Promise<number>
  /** What is known of a tenant's coverage on these days (UTC, half-open); of one person, or of everybody. */
  readonly coverageInputs: (asked: {
    readonly tenant: string
    readonly from: string
    readonly to: string
    readonly user: string | null
  }) => Promise<CoverageInputs>
  /** The tenant's verifier key, to be handed to whoever checks. */
  readonly publicKey: (tenant: string) => string
  /** The given records and those of other items that links tie to them. */
  readonly clusterOf: (tenant: string, own: readonly Part[]) => Promise<readonly Part[]>
  /** Archived records, read again from the archive, in the order of their sequences. */
  readonly readRecords: (
    tenant: string,
    sequences: readonly number[],
  ) => Promise<readonly StoredRecord[]>
  /** How exports make items on threads. */
  readonly itemsProgram: ItemsProgram
}

/** The collector, as far as the routes need it. */
interface CollectorPort {
  readonly isRunning: boolean
  /** False: what is recorded is not all searchable yet. */
  readonly indexFollows: boolean
  run(once: boolean, stop: AbortSignal): Promise<void>
  /** What was asked of Microsoft since the start, by throttling budget. */
  usage(): readonly { readonly tenant: string; readonly scopes: readonly BudgetUse[] }[]
  /** What each feed finds wrong with its access; changes nothing at Microsoft. */
  check(signal: AbortSignal): Promise<readonly FeedFinding[]>
}

interface BudgetUse {
  readonly budget: string
  readonly requests: number
  readonly throttled: number
  readonly failed: number
  readonly waitedMs: number
  /** Of the budget over the last minute, 0 to 1. */
  readonly share: number
  readonly circuit: 'closed' | 'open' | 'half-open'
}

interface FeedFinding {
  readonly tenant: string
  readonly feed: string
  readonly code: string
  readonly subject: string
  readonly message: string
}

/** An archived record with what is known of its origin. */
export interface StoredRecord {
  readonly part: Part
  readonly nativeId: string | null
  readonly container: string
  readonly range: readonly [number, number]
  /** The exact text that was served (broken characters replaced; the line itself has the bytes). */
  readonly raw: string
  /** The line of the archive, without its line feed. */
  readonly line: Uint8Array
}
