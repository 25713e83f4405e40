import type { Clock } from '../../platform/clock.ts'
import type {
  Configuration,
  SecretSetting,
  TenantConfiguration,
  WebhookConfiguration,
} from '../../platform/config/schema.ts'
import { CodedError } from '../../platform/errors.ts'
import { createCloudClient } from '../../platform/http/client.ts'
import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { cloudOf } from '../../platform/http/clouds.ts'
import {
  secretFromEnvironment,
  secretFromFile,
  type Credential,
} from '../../platform/http/credential.ts'
import { openTransport } from '../../platform/http/transport.ts'
import { appInsights } from '../../sources/app-insights/feed.ts'
import { auditQuery } from '../../sources/audit-query/feed.ts'
import { contextLookUps } from '../../sources/context/feed.ts'
import { directory } from '../../sources/directory/feed.ts'
import type { Feed } from '../../sources/feed.ts'
import { graphInteractions } from '../../sources/graph-interactions/feed.ts'
import { graphNotifications } from '../../sources/graph-notifications/feed.ts'
import { listenOn } from '../../sources/listen.ts'
import { managementActivity } from '../../sources/management-activity/feed.ts'
import type { WebhookOptions } from '../../sources/management-activity/webhook.ts'
import type { TenantSource } from './collector.ts'

/** Requests at once to the Management API. */
const AT_ONCE = 16
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Builds the client and the feeds of every tenant of the configuration. Speaks to nobody yet. */
export async function tenantSources(
  configuration: Configuration,
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<readonly TenantSource[]> {
  const { proxy, certificates } = configuration.network ?? {}
  const transport = openTransport({
    environment,
    ...(proxy === undefined ? {} : { proxy }),
    ...(certificates === undefined ? {} : { certificates: certificates.file }),
  })
  return Promise.resolve(
    configuration.tenants.map((tenant): TenantSource => {
      const client = createCloudClient({
        cloud: cloudOf(tenant.cloud, tenant.emulator),
        tenantId: tenant.id,
        clientId: tenant.client.id ?? '',
        credential: credentialOf(tenant, environment),
        clock,
        transport,
        environment,
        ...limitsOf(tenant),
      })
      return {
        tenantId: tenant.id,
        feeds: feedsOf(tenant, client, environment),
        usage: () => client.usage(),
      }
    }),
  )
}

/** What Microsoft grants this tenant beyond the baseline. */
function limitsOf(
  tenant: TenantConfiguration,
): Pick<Parameters<typeof createCloudClient>[0], 'limits'> {
  const perMinute = tenant['requests-per-minute']
  return perMinute === undefined ? {} : { limits: { management: { perMinute, atOnce: AT_ONCE } } }
}

function webhookOf(given: WebhookConfiguration, environment: NodeJS.ProcessEnv): WebhookOptions {
  const { address, listen } = given
  return {
    address,
    authId: secretOf(given['auth-id'], environment),
    listen: async (receiver, signal) =>
      listenOn(listen, receiver, 'feeds.management-activity.webhook.listen', signal),
  }
}

function secretOf(secret: SecretSetting, environment: NodeJS.ProcessEnv): () => string {
  return 'env' in secret
    ? secretFromEnvironment(environment, secret.env)
    : secretFromFile(secret.file)
}

function credentialOf({ client }: TenantConfiguration, environment: NodeJS.ProcessEnv): Credential {
  const { secret, certificate } = client
  const token = client['federated-token']
  if (secret !== undefined) return { type: 'secret', read: secretOf(secret, environment) }
  if (certificate !== undefined)
    return {
      type: 'certificate',
      certificate: secretFromFile(certificate.file),
      key: secretFromFile(certificate.key.file),
    }
  if (token !== undefined) return { type: 'federated-token', read: secretFromFile(token.file) }
  return { type: 'managed-identity' }
}

/** What is on; a feed that is not named is off. */
function feedsOf(
  { id, publisher, feeds }: TenantConfiguration,
  client: CloudClient,
  environment: NodeJS.ProcessEnv,
): Feed[] {
  const made: Feed[] = []
  const on = <Options extends object>(
    given: Options | 'off' | false | null | undefined,
    make: (options: Partial<Options>) => Feed,
  ): void => {
    if (!isOn(given)) return
    made.push(make(given ?? {}))
  }
  // First: the others ask it who is licensed.
  on(feeds.directory, ({ every, packages, ...given }) =>
    directory({
      client,
      everyMs: every ?? HOUR_MS,
      packages: packages ?? true,
      usageReports: given['usage-reports'] ?? true,
    }),
  )
  on(feeds['management-activity'], ({ webhook, ...given }) =>
    managementActivity({
      client,
      tenantId: id,
      publisher: publisher ?? id,
      contentTypes: given['content-types'] ?? ['Audit.General'],
      ...(webhook === undefined ? {} : { webhook: webhookOf(webhook, environment) }),
    }),
  )
  on(feeds['graph-interactions'], (given) =>
    graphInteractions({
      client,
      beta: given.beta ?? false,
      fullSweepMs: given['full-sweep'] ?? DAY_MS,
    }),
  )
  on(feeds['graph-notifications'], ({ url, listen, certificate, key, ...given }) => {
    if (url === undefined || listen === undefined || !certificate || !key)
      throw new CodedError(
        'CONFIGURATION_INVALID',
        'graph-notifications takes url, listen, certificate and key',
      )
    return graphNotifications({
      client,
      tenantId: id,
      url,
      certificate: secretFromFile(certificate.file),
      key: secretFromFile(key.file),
      wholeTenant: given['whole-tenant'] ?? false,
      listen: async (receiver, signal) =>
        listenOn(listen, receiver, 'feeds.graph-notifications.listen', signal),
    })
  })
  on(feeds['audit-query'], ({ backfill }) =>
    auditQuery({ client, backfillMs: backfill ?? 180 * DAY_MS }),
  )
  on(feeds['app-insights'], ({ apps }) => appInsights({ client, apps: apps ?? [] }))
  on(feeds.context, ({ sites, files, meetings, ...given }) =>
    contextLookUps({
      client,
      kinds: [
        ...((sites ?? true) ? (['site'] as const) : []),
        ...((files ?? false) ? (['file'] as const) : []),
        ...((meetings ?? false) ? (['meeting'] as const) : []),
      ],
      askAgainMs: given['ask-again'] ?? 30 * DAY_MS,
    }),
  )
  return made
}

function isOn<Options>(given: Options | 'off' | false | null | undefined): given is Options | null {
  return given !== undefined && given !== 'off' && given !== false
}
