import type { Engine } from './engine.ts'
import type { RowFile } from './row-file.ts'
import { encodeSuperseded, type Superseded } from './rows.ts'

/** Encoded rows (`encodeItems` and the like); given back to the machine once they are written. */
type Rows = Uint8Array<ArrayBuffer>

/** One step of the indexer: consecutive records of one tenant and the items they make or change. */
export interface IndexBatch {
  /** From `nextBatch()`; the same that the rows were encoded with. */
  readonly batch: number
  readonly tenant: string
  /** The sequence from which the next batch goes on. */
  readonly watermark: number
  /** `encodeItems`, `encodeRecords`, `encodeLinks`; several buffers each are taken as they are. */
  readonly items: readonly Rows[]
  readonly records: readonly Rows[]
  readonly links: readonly Rows[]
  /** Ids of items that earlier batches wrote and that this one writes again (`deleted: false`) or that are no more. */
  readonly superseded: readonly Superseded[]
}

/** Batches that are written at once. */
export class Lot {
  readonly batches: { batch: number; tenant: string; watermark: number; superseded: number }[] = []
  readonly rewritten: RowFile
  readonly links: RowFile
  readonly records: RowFile
  readonly items: RowFile

  constructor(engine: Engine) {
    this.rewritten = engine.rowFile('rewritten')
    this.links = engine.rowFile('links')
    this.records = engine.rowFile('records')
    this.items = engine.rowFile('items')
  }

  get bytes(): number {
    return this.links.bytes + this.records.bytes + this.items.bytes
  }

  /** Gives up what waits: it is made again from the archive. */
  async discard(): Promise<void> {
    for (const file of [this.rewritten, this.links, this.records, this.items]) {
      await file.close().catch(() => undefined)
      file.remove()
    }
  }

  async add({ batch, tenant, watermark, ...rows }: IndexBatch): Promise<void> {
    const superseded = rows.superseded.length
    this.batches.push({ batch, tenant, watermark, superseded })
    await this.rewritten.append(encodeSuperseded(rows.superseded, batch))
    await this.links.append(...rows.links)
    await this.records.append(...rows.records)
    await this.items.append(...rows.items)
  }
}
