import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Notice, Outcome, Unit } from '../feed.ts'
import { PACKAGES, USAGE, USERS, type Part } from './parts.ts'

export interface DirectoryOptions {
  readonly client: CloudClient
  /** How often people are read: whoever is about to lose a licence has to be seen in time. */
  readonly everyMs: number
  readonly packages: boolean
  readonly usageReports: boolean
}

const DAY_MS = 86_400_000

/**
 * People with their licences and plans, agents, and what Microsoft counts as use; kept with history: who was covered
 * when, whose history can be read, and who an id is.
 */
export function directory({ client, everyMs, packages, usageReports }: DirectoryOptions): Feed {
  const parts = [USERS, ...(packages ? [PACKAGES] : []), ...(usageReports ? [USAGE] : [])]

  function plan(desk: FeedDesk): Promise<void> {
    const now = desk.now()
    for (const { name } of parts) {
      const last = Number(desk.state(name) ?? 0)
      const every = name === 'users' ? everyMs : DAY_MS
      if (last > 0 && now.getTime() - last < every) continue
      const unit = unitOf(name, now)
      desk.announce({ scope: name, span: unit.span, pages: 1, complete: true, units: [unit] })
      desk.saveState(name, now.getTime())
    }
    return Promise.resolve()
  }

  async function fetch({ scope }: Unit, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const part = parts.find(({ name }) => name === scope)
    if (part === undefined) return { state: 'refused', code: 'SWITCHED_OFF' }
    try {
      await part.read(client, desk, signal)
    } catch (error) {
      // Without people nothing goes on; the rest is help.
      if (part === USERS || !(error instanceof CloudError) || error.code !== 'FORBIDDEN')
        throw error
      desk.notice(missing(part))
      return { state: 'refused', code: 'PERMISSION_MISSING' }
    }
    desk.clearNotice('PERMISSION_MISSING', part.name)
    return { state: 'done' }
  }

  return {
    name: 'directory',
    permissions: parts.map((part) => ({
      role: part.roles[0],
      audience: 'graph',
      required: part === USERS,
      why: part.why,
    })),
    everyMs: Math.min(everyMs, DAY_MS),
    // A report that is slow must not hold up who is licensed.
    concurrency: 3,
    plan,
    fetch,
    check: async (_desk, signal): Promise<readonly Notice[]> => {
      const roles = await client.roles('graph', signal)
      return parts.filter((part) => !part.roles.some((role) => roles.includes(role))).map(missing)
    },
  }
}

const SETTINGS = { users: null, packages: 'packages', usage: 'usage-reports' } as const

function missing({ name, roles, why }: Part): Notice {
  const setting = SETTINGS[name]
  const other = setting === null ? '' : `, or set feeds.directory.${setting} to false`
  return {
    code: 'PERMISSION_MISSING',
    subject: name,
    message: `The application lacks ${roles[0]} for Graph: grant it (application permission) and give admin consent${other}. ${why}`,
  }
}

function unitOf(name: Part['name'], now: Date): Unit {
  const from = now.toISOString()
  return {
    key: `${name} ${from}`,
    scope: name,
    span: { from, to: new Date(now.getTime() + 1).toISOString() },
    availableAt: from,
    expiresAt: null,
    body: null,
  }
}
