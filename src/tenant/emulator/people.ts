import { makeCast, type Cast } from '../history/cast.ts'
import { AliasTable } from '../history/random.ts'
import type { Faults } from './faults.ts'
import type { EmulatorOptions } from './options.ts'

const HOUR_MS = 3_600_000
/** One in so many has a licence and no mailbox: what they do leaves no record, and only the usage report tells of it. */
const MAILBOX_EVERY = 40

/** Nine hours, on a fast clock half a minute of this machine's: later than is fair, and a rehearsal is to see it. */
const lossAfterMs = (rate: number): number => (rate < 200 ? 9 * HOUR_MS : 30_000 * rate)

export interface EmulatedPerson {
  readonly index: number
  readonly objectId: string
  readonly upn: string
  readonly displayName: string
  readonly hasMailbox: boolean
  readonly dataLocation: string
  readonly isLicensed: boolean
  /** Tenant time at which the licence goes; null: it stays. */
  readonly licenceEnds: number | null
}

/**
 * Whoever asks has to have had the time to: half an hour of the tenant's, and on a fast clock 25 seconds of this
 * machine's. What would become available later than that before its end becomes available behind it: nobody can have it.
 */
export const fairMs = (rate: number): number => Math.max(HOUR_MS / 2, 25_000 * rate)

/** A cast of as many people as are wanted, the needle person among them. */
export function smallCast({ seed, people }: EmulatorOptions, tenantId: string): Cast {
  const cast = makeCast(seed, tenantId)
  const needle = cast.members[cast.needleMember]
  const members = [...cast.members.slice(0, people - 1), ...(needle === undefined ? [] : [needle])]
  const pools = cast.pools.map((pool) => pool.filter((index) => index < people - 1))
  return {
    ...cast,
    members,
    pools,
    poolRanks: pools.map((pool) => AliasTable.zipf(pool.length, 0.65)),
    needleMember: people - 1,
  }
}

/** One in twelve has no licence; of the busy ones, two lose it with the fault `licence-lost`. */
export function peopleOf(
  cast: Cast,
  { start, rate }: EmulatorOptions,
  faults: Faults,
): readonly EmulatedPerson[] {
  const lost = faults.isOn('licence-lost') ? [3, 8] : []
  return cast.members.map(({ objectId, upn, region }, index) => {
    const isLicensed = index % 12 !== 11
    const nth = lost.indexOf(index)
    return {
      index,
      objectId,
      upn,
      displayName: nameOf(upn),
      hasMailbox: index % MAILBOX_EVERY !== MAILBOX_EVERY - 2,
      dataLocation: region.slice(0, 2).toUpperCase() === 'DE' ? 'DEU' : 'NAM',
      isLicensed,
      licenceEnds: nth === -1 ? null : start.getTime() + lossAfterMs(rate) * (1 + nth / 5),
    }
  })
}

export const isLicensedAt = (person: EmulatedPerson, at: number): boolean =>
  person.isLicensed && (person.licenceEnds === null || at < person.licenceEnds)

function nameOf(upn: string): string {
  return (upn.split('@')[0] ?? '')
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
