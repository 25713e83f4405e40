import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { FetchDesk } from '../feed.ts'
import { BUDGET, pageOf, readListed } from './listed.ts'

/** What the feed keeps of a tenant, each with a permission of its own. */
export interface Part {
  readonly name: 'users' | 'packages' | 'usage'
  /** One of these. */
  readonly roles: readonly [string, ...string[]]
  readonly why: string
  readonly read: (client: CloudClient, desk: FetchDesk, signal: AbortSignal) => Promise<void>
}

const SELECT =
  'id,userPrincipalName,displayName,mail,accountEnabled,userType,department,preferredDataLocation,assignedLicenses,assignedPlans'
const PERIOD = 'D30'
const REPORT_BYTES = 64 << 20

export const USERS: Part = {
  name: 'users',
  roles: ['User.Read.All', 'Directory.Read.All'],
  why: 'Without it nobody knows who is licensed: no texts are collected, and coverage cannot be stated',
  read: async (client, desk, signal) => {
    const url = `${client.root('graph')}/v1.0/users?$select=${SELECT}&$top=999`
    const people = await readListed(client, url, 'id', signal)
    await desk.takeReference({
      name: `directory/users-${moment(desk)}.json`,
      reference: 'directory',
      bytes: pageOf(desk, 'users', people),
    })
  },
}

export const PACKAGES: Part = {
  name: 'packages',
  roles: ['CopilotPackages.Read.All', 'CopilotPackages.ReadWrite.All'],
  why: 'Without it agents are shown by id where no record names them; it takes an Agent 365 licence',
  read: async (client, desk, signal) => {
    const url = `${client.root('graph')}/v1.0/copilot/admin/catalog/packages`
    const packages = await readListed(client, url, 'id', signal)
    await desk.takeReference({
      name: `directory/packages-${moment(desk)}.json`,
      reference: 'packages',
      bytes: pageOf(desk, 'copilot/admin/catalog/packages', packages),
    })
  },
}

export const USAGE: Part = {
  name: 'usage',
  roles: ['Reports.Read.All'],
  why: 'Without it coverage cannot hold what was collected against what Microsoft counts as use',
  read: async (client, desk, signal) => {
    const { name, bytes } = await usageReport(client, desk, signal)
    await desk.takeReference({
      name: `directory/usage-${moment(desk)}.${name}`,
      reference: 'usage-report',
      bytes,
    })
    if (isConcealed(Buffer.from(bytes).toString('utf8')))
      desk.notice({
        code: 'NAMES_CONCEALED',
        subject: 'usage',
        message:
          'The usage report shows digests in place of names, so it says of nobody that something is missing: in the Microsoft 365 admin centre, under Settings, Org settings, Reports, clear "Display concealed user, group, and site names in all reports"',
      })
    else desk.clearNotice('NAMES_CONCEALED', 'usage')
  },
}

/** v1.0 serves CSV, beta pages of JSON; not every cloud has both. */
async function usageReport(
  client: CloudClient,
  desk: FetchDesk,
  signal: AbortSignal,
): Promise<{ readonly name: 'csv' | 'json'; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const call = `copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='${PERIOD}')`
  const root = client.root('graph')
  try {
    const request = { audience: 'graph', url: `${root}/v1.0/${call}`, budget: BUDGET } as const
    const answer = await client.send(request, signal)
    return { name: 'csv', bytes: new Uint8Array(await answer.buffer(REPORT_BYTES)) }
  } catch (error) {
    const isAbsent =
      error instanceof CloudError &&
      (error.code === 'NOT_FOUND' || error.code === 'REQUEST_REFUSED') &&
      !error.isPassing
    if (!isAbsent) throw error
  }
  const people = await readListed(client, `${root}/beta/${call}`, 'userPrincipalName', signal)
  return { name: 'json', bytes: pageOf(desk, 'copilotUsageUserDetail', people) }
}

/** Names are digests: 32 hexadecimal digits where an address should be. */
export const isConcealed = (report: string): boolean =>
  /(?:^\d{4}-\d\d-\d\d,"?|"userPrincipalName":\s*")[0-9A-F]{32}[",]/im.test(report)

const moment = (desk: FetchDesk): string => desk.now().toISOString().slice(0, 19)
