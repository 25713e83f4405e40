import { makeCast, type Cast } from '../history/cast.ts'
import { AliasTable } from '../history/random.ts'
import type { Faults } from './faults.ts'
import type { EmulatorOptions } from './options.ts'

const HOUR_MS = 3_600_000
/** One in so many has a licence and no mailbox: what they do leaves no record, and only the usage report tells of it. */
const MAILBOX_EVERY = 40

/** Eight hours, on a fast clock eight seconds of this machine's: a rehearsal of a minute is to see it. */
const noticeAfterMs = (rate: number): number => (rate < 200 ? 8 * HOUR_MS : 8_000 * rate)

export interface EmulatedPerson {
  readonly index: number
  readonly objectId: string
  readonly upn: string
  readonly displayName: string
  readonly hasMailbox: boolean
  readonly dataLocation: string
  readonly isLicensed: boolean
  /**
   * From when on the directory shows that the licence is about to go; null: it stays. It goes once one client has read the
   * history to its end twice after that (`World.licenceEnded`): whoever drains it has had the chance to. What would become
   * available after the notice nobody can have.
   */
  readonly licenceNotice: number | null
}

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
      licenceNotice: nth === -1 ? null : start.getTime() + noticeAfterMs(rate) * (1 + nth / 4),
    }
  })
}

function nameOf(upn: string): string {
  return (upn.split('@')[0] ?? '')
    .split('.')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
