import { CodedError } from '../../platform/errors.ts'
import { ROLES } from './access-token.ts'
import { FAULTS, type FaultName } from './faults.ts'

export type CloudName = 'commercial' | 'gcc' | 'gcc-high' | 'dod'

/** How late what happened becomes available: `usual` 80 % in an hour and all in seven days; `slow` in two to three days. */
export type Lateness = 'prompt' | 'usual' | 'slow'

export interface EmulatorOptions {
  /** The same seed and options give the same history, served in the same blobs. */
  readonly seed: number
  /** 0: any that is free. */
  readonly port: number
  /** Tenant seconds in one second of this machine. */
  readonly rate: number
  /** Where the tenant's clock starts. */
  readonly start: Date
  readonly people: number
  /** Records of a working day, of both kinds. */
  readonly recordsPerDay: number
  /** Days of history that are there at the start. */
  readonly backlogDays: number
  readonly blobRecords: number
  readonly lateness: Lateness
  readonly faults: ReadonlySet<FaultName>
  readonly cloud: CloudName
  /** Permissions that no administrator has consented to: tokens lack them. */
  readonly withoutRoles?: ReadonlySet<string>
  /** False: auditing is off, so that no subscription can be started. */
  readonly auditing?: boolean
  /** Of the Management API, for each publisher; undefined: as many as anybody likes. */
  readonly requestsPerMinute?: number
  /** To this many bytes a huge blob is filled up, with records that are not about AI. */
  readonly hugeBlobBytes?: number
}

/** Below this a language may have nobody who speaks it. */
const FEWEST_PEOPLE = 80

/** Throws TENANT_OPTION_INVALID naming the option. */
export function checkedOptions(options: EmulatorOptions): EmulatorOptions {
  const rules: readonly (readonly [boolean, string])[] = [
    [Number.isSafeInteger(options.seed), 'The seed must be a whole number.'],
    [options.port >= 0 && options.port < 65_536, 'The port must lie between 0 and 65535.'],
    [options.rate >= 1 && options.rate <= 100_000, 'The rate must lie between 1 and 100000.'],
    [
      !Number.isNaN(options.start.getTime()),
      'The start must be an instant such as 2026-03-02T08:00:00Z.',
    ],
    [
      options.people >= FEWEST_PEOPLE && options.people <= 5_000,
      `The number of people must lie between ${FEWEST_PEOPLE} and 5000.`,
    ],
    [
      options.recordsPerDay >= 100 && options.recordsPerDay <= 2_000_000,
      'The records of a day must lie between 100 and 2000000.',
    ],
    [
      options.backlogDays >= 0 && options.backlogDays <= 365,
      'The backlog must lie between 0 and 365 days.',
    ],
    [
      options.blobRecords >= 1 && options.blobRecords <= 500_000,
      'The records of a blob must lie between 1 and 500000.',
    ],
    [
      (options.hugeBlobBytes ?? 0) >= 0 && (options.hugeBlobBytes ?? 0) <= 2 ** 30,
      'A huge blob has 1073741824 bytes at most.',
    ],
    [
      (options.requestsPerMinute ?? 1) >= 1,
      'The requests of a minute must be 1 or more; Microsoft grants 2000.',
    ],
  ]
  for (const [holds, message] of rules)
    if (!holds) throw new CodedError('TENANT_OPTION_INVALID', message)
  return options
}

/** `all`, `none`, or names with commas. Throws TENANT_OPTION_INVALID with the names that there are. */
export function faultsOf(text: string): ReadonlySet<FaultName> {
  if (text === 'none' || text === '') return new Set()
  if (text === 'all') return new Set(FAULTS)
  return new Set(
    text.split(',').map((word) => {
      const found = FAULTS.find((name) => name === word.trim())
      if (found !== undefined) return found
      throw new CodedError(
        'TENANT_OPTION_INVALID',
        `There is no fault "${word.trim().slice(0, 40)}": ${FAULTS.join(', ')}, all or none.`,
      )
    }),
  )
}

/** Names with commas. Throws TENANT_OPTION_INVALID with the names that there are. */
export function rolesOf(text: string): ReadonlySet<string> {
  const known = Object.values(ROLES).flat()
  const asked = text.split(',').map((word) => word.trim())
  const wrong = asked.find((word) => word !== '' && !known.includes(word))
  if (wrong !== undefined)
    throw new CodedError(
      'TENANT_OPTION_INVALID',
      `There is no permission "${wrong.slice(0, 60)}": ${known.join(', ')}.`,
    )
  return new Set(asked)
}
