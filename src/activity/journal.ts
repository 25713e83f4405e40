import { encodeFrames } from '../archive/frames.ts'
import { quarterOf } from '../archive/layout.ts'
import { encodeActivity, newSalt } from '../archive/line.ts'
import type { TenantArchives } from '../archive/tenant-archives.ts'
import type { Clock } from '../platform/clock.ts'

/** One act of an operator or of Daybook itself. The words in it stay in the archive's activity stream, never in its log. */
export interface Act {
  readonly kind: string
  readonly actor: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Writes acts into the same tamper-evident archive as the records. */
export interface Journal {
  /** Resolves once the acts are on disk in the tenant's archive; in the order of the calls. */
  record(tenant: string, acts: readonly Act[]): Promise<void>
}

export function openJournal(archives: TenantArchives, clock: Clock): Journal {
  // The number of a line is known only when the lines before it are written.
  const tails = new Map<string, Promise<void>>()

  async function write(tenant: string, acts: readonly Act[]): Promise<void> {
    const writer = await archives.writer(tenant)
    const first = writer.nextSequence('activity')
    const now = clock.now()
    const lines = acts.map(({ kind, actor, body }, at) =>
      encodeActivity({
        tenant,
        sequence: first + at,
        at: now.toISOString(),
        kind,
        actor,
        salt: newSalt(),
        body,
      }),
    )
    await writer.append({
      stream: 'activity',
      class: 'activity',
      quarter: quarterOf(now),
      first,
      frames: encodeFrames(lines),
    })
  }

  return {
    record(tenant, acts) {
      if (acts.length === 0) return Promise.resolve()
      const tail = (tails.get(tenant) ?? Promise.resolve()).then(() => write(tenant, acts))
      // One failure is told to its caller; the next act is tried for itself.
      tails.set(
        tenant,
        tail.catch(() => undefined),
      )
      return tail
    },
  }
}
