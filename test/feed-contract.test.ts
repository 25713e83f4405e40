import { afterAll, beforeAll } from 'vitest'
import { appInsights } from '../src/sources/app-insights/feed.ts'
import { auditQuery } from '../src/sources/audit-query/feed.ts'
import { contextLookUps } from '../src/sources/context/feed.ts'
import { directory } from '../src/sources/directory/feed.ts'
import { graphInteractions } from '../src/sources/graph-interactions/feed.ts'
import { graphNotifications } from '../src/sources/graph-notifications/feed.ts'
import { managementActivity } from '../src/sources/management-activity/feed.ts'
import { applicationCertificate } from '../src/platform/http/test-certificates.suite.ts'
import { TELEMETRY_APP } from '../src/tenant/emulator/app-insights/telemetry.ts'
import type { EmulatedTenant } from '../src/tenant/emulator/server.ts'
import { contractTenant, feedContract } from './feed-contract.suite.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1_440 * MINUTE_MS

let tenant: EmulatedTenant
beforeAll(async () => {
  tenant = await contractTenant()
})
afterAll(async () => tenant.close())

const instants = (field: string) => (text: string) =>
  [...text.matchAll(new RegExp(`"${field}":"([^"]+)"`, 'g'))].map(([, at = '']) => Date.parse(at))

feedContract('management-activity', () => tenant, {
  make: (client, { tenantId }) =>
    managementActivity({ client, tenantId, publisher: tenantId, contentTypes: ['Audit.General'] }),
  expires: true,
  follows: true,
  // Spans are those of the creation of content, which says nothing of when things happened.
  momentsOf: () => [],
  slackMs: 0,
})

feedContract('graph-interactions', () => tenant, {
  make: (client) => graphInteractions({ client, beta: false, fullSweepMs: DAY_MS }),
  expires: false,
  follows: true,
  momentsOf: instants('createdDateTime'),
  slackMs: 5 * MINUTE_MS,
})

const own = applicationCertificate()
feedContract('graph-notifications', () => tenant, {
  make: (client, { tenantId }) =>
    graphNotifications({
      client,
      tenantId,
      url: 'http://127.0.0.1:9/notify',
      certificate: () => own.pem,
      key: () => own.keyPem,
      wholeTenant: false,
    }),
  // It was away for so long that something was missed.
  prepare: (desk) => desk.saveState('planned', desk.nowMs - DAY_MS),
  expires: false,
  follows: true,
  momentsOf: instants('createdDateTime'),
  slackMs: 5 * MINUTE_MS,
})

feedContract('audit-query', () => tenant, {
  make: (client) => auditQuery({ client, backfillMs: 5 * DAY_MS }),
  expires: false,
  follows: true,
  momentsOf: instants('createdDateTime'),
  slackMs: 0,
})

feedContract('app-insights', () => tenant, {
  make: (client) => appInsights({ client, apps: [TELEMETRY_APP] }),
  // Read until the day before yesterday.
  prepare: (desk) => desk.saveState(`read ${TELEMETRY_APP}`, desk.nowMs - 2 * DAY_MS),
  expires: true,
  follows: false,
  // Spans are those of when the service took it in.
  momentsOf: () => [],
  slackMs: 0,
})

feedContract('directory', () => tenant, {
  make: (client) =>
    directory({ client, everyMs: 60 * MINUTE_MS, packages: true, usageReports: true }),
  expires: false,
  follows: true,
  momentsOf: () => [],
  slackMs: 0,
})

feedContract('context', () => tenant, {
  make: (client) =>
    contextLookUps({ client, kinds: ['site', 'file', 'meeting'], askAgainMs: DAY_MS }),
  prepare: (desk) => {
    const site = 'https://contoso.sharepoint.com/sites/legal'
    desk.named = [
      { kind: 'site', key: site, person: '' },
      { kind: 'file', key: `${site}/Shared%20Documents/Term%20sheet.docx`, person: '' },
      {
        kind: 'meeting',
        key: '19:meeting_YTk1NmQ0OTctZDU4ZC00ZTVi@thread.v2',
        person: desk.known[0]?.id ?? '',
      },
    ]
  },
  expires: false,
  follows: false,
  momentsOf: () => [],
  slackMs: 0,
})
