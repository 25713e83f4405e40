import type { Clock } from '../../platform/clock.ts'
import type { Configuration } from '../../platform/config/schema.ts'
import type { TenantSource } from './collector.ts'

/** Builds the client and the feeds of every tenant of the configuration. Speaks to nobody yet. */
export async function tenantSources(
  _configuration: Configuration,
  _environment: NodeJS.ProcessEnv,
  _clock: Clock,
): Promise<readonly TenantSource[]> {
  return []
}
