import { tenantSources } from '../pipeline/collect/feeds.ts'
import { systemClock, type Clock } from '../platform/clock.ts'
import { durationOf, type Configuration } from '../platform/config/schema.ts'
import { CodedError } from '../platform/errors.ts'
import { followedClock } from '../platform/followed-clock.ts'
import type { Need } from './command.ts'

const EVERY = '10m'
const LOOK_BACK = '6d'

/** What a process needs to collect as a configuration says; what is given on the command line counts more. */
export async function collecting(
  configuration: Configuration,
  environment: NodeJS.ProcessEnv,
  given: { readonly everyMs?: number | undefined; readonly lookBackMs?: number | undefined } = {},
): Promise<NonNullable<Need['collect']>> {
  const { every, 'look-back': lookBack } = configuration.collect ?? {}
  const clock = await clockOf(configuration)
  return {
    settings: {
      everyMs: given.everyMs ?? every ?? durationOf(EVERY) ?? 0,
      lookBackMs: given.lookBackMs ?? lookBack ?? durationOf(LOOK_BACK) ?? 0,
    },
    sources: () => tenantSources(configuration, environment, clock),
    clock,
  }
}

/** An emulated tenant has a time of its own: one for all tenants of a configuration. */
async function clockOf({ tenants }: Configuration): Promise<Clock> {
  const emulators = new Set(tenants.flatMap(({ emulator }) => emulator ?? []))
  const [emulator, ...others] = emulators
  if (emulator === undefined) return systemClock
  const isMixed = others.length > 0 || tenants.some((tenant) => tenant.emulator === undefined)
  if (isMixed)
    throw new CodedError(
      'CONFIGURATION_INVALID',
      'An emulated tenant has a clock of its own: collect from it alone, with a configuration of its own',
    )
  return followedClock(emulator)
}
