import type { TenantArchives } from '../../archive/tenant-archives.ts'
import type { Measures, Tally } from '../../catalog/collect/measures.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Crew } from '../crew.ts'
import type { Contexts, PostedFrame } from '../protocol.ts'

interface TallyPorts {
  readonly archives: TenantArchives
  readonly measures: Measures
  readonly crew: () => Crew
  readonly contexts: () => Contexts
  readonly clock: Clock
}

const BATCH_RECORDS = 8_192

/**
 * Who was active when, what came how late, what was never seen before: counted in the workers as records are recorded,
 * written now and then. It has a watermark of its own and never runs ahead of the archive: what a crash took, or an
 * import added, is read again from there.
 */
export class Tallies {
  readonly #ports: TallyPorts
  readonly #held = new Map<string, { tallies: Tally[]; next: number }>()
  readonly #next = new Map<string, number>()

  constructor(ports: TallyPorts) {
    this.#ports = ports
  }

  /** Takes the counts of `[first, until)`; ignored unless it is what comes next: then catching up counts it. */
  add(tenant: string, first: number, until: number, tallies: readonly Tally[]): void {
    if (this.#nextOf(tenant) !== first) return
    this.#next.set(tenant, until)
    const held = this.#held.get(tenant)
    if (held === undefined) this.#held.set(tenant, { tallies: [...tallies], next: until })
    else {
      held.tallies.push(...tallies)
      held.next = until
    }
  }

  /** Writes what was counted so far. */
  flush(): void {
    const { measures, clock } = this.#ports
    const now = clock.now().toISOString()
    for (const [tenant, { tallies, next }] of this.#held) {
      measures.tally(tenant, tallies, next, now)
      this.#held.delete(tenant)
    }
  }

  /** Counts what is archived and not counted. Nothing may be recorded meanwhile. */
  async catchUp(signal: AbortSignal): Promise<void> {
    this.flush()
    this.#next.clear()
    for (const tenant of this.#ports.archives.tenants()) await this.#catchUpTenant(tenant, signal)
  }

  /** After a failure: what was not written is counted again. */
  forget(): void {
    this.#held.clear()
    this.#next.clear()
  }

  #nextOf(tenant: string): number {
    const known = this.#next.get(tenant)
    if (known !== undefined) return known
    const next = this.#ports.measures.tallied(tenant)
    this.#next.set(tenant, next)
    return next
  }

  async #catchUpTenant(tenant: string, signal: AbortSignal): Promise<void> {
    const { archives, measures, crew, contexts, clock } = this.#ports
    const reader = await archives.reader(tenant)
    await reader.refresh()
    const end = reader.nextSequence('records')
    const start = measures.tallied(tenant)
    if (start >= end) return
    let frames: PostedFrame[] = []
    let from = start
    let until = start
    const write = async (): Promise<void> => {
      if (until === from) return
      const tally = await crew().ask(crew().nextBatch(), 'tally', {
        tenant,
        frames,
        contexts: contexts(),
      })
      measures.tally(tenant, [tally], until, clock.now().toISOString())
      frames = []
      from = until
    }
    for await (const frame of reader.frames(start)) {
      if (frame.first >= end) break
      signal.throwIfAborted()
      until = Math.min(end, frame.first + frame.count)
      frames.push({ frame, from: Math.max(start, frame.first), until })
      if (until - from >= BATCH_RECORDS) await write()
    }
    await write()
  }
}
