import type { CloudClient } from '../../platform/http/cloud-client.ts'
import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Feed, FeedDesk, FetchDesk, Notice, Outcome } from '../feed.ts'

export interface DirectoryOptions {
  readonly client: CloudClient
  readonly everyMs: number
}

const BUDGET = 'graph-directory'
const SELECT =
  'id,userPrincipalName,displayName,mail,accountEnabled,userType,department,preferredDataLocation,assignedLicenses,assignedPlans'
const TOP = 999
const MOST_PAGES = 5_000
const DAY_MS = 86_400_000

/** People with their licences and plans, kept with history: who was covered when, and whose history can be read. */
export function directory({ client, everyMs }: DirectoryOptions): Feed {
  function plan(desk: FeedDesk): Promise<void> {
    const now = desk.now()
    const last = Number(desk.state('users') ?? 0)
    if (last > 0 && now.getTime() - last < everyMs) return Promise.resolve()
    const span = { from: now.toISOString(), to: new Date(now.getTime() + 1).toISOString() }
    desk.announce({
      scope: 'users',
      span,
      pages: 1,
      complete: true,
      units: [
        {
          key: `users ${now.toISOString()}`,
          scope: 'users',
          span,
          availableAt: now.toISOString(),
          expiresAt: null,
          body: null,
        },
      ],
    })
    desk.saveState('users', now.getTime())
    return Promise.resolve()
  }

  async function fetch(_unit: unknown, desk: FetchDesk, signal: AbortSignal): Promise<Outcome> {
    const people = await users(signal)
    const day = desk.now().toISOString().slice(0, 19)
    const text = `{"@odata.context":"users","value":[${people.join(',')}]}`
    await desk.takeReference({
      name: `directory/users-${day}.json`,
      reference: 'directory',
      bytes: new TextEncoder().encode(text),
    })
    return { state: 'done' }
  }

  /** Every person as JSON text, in the order of their ids: the same directory gives the same bytes. */
  async function users(signal: AbortSignal): Promise<string[]> {
    const people = new Map<string, string>()
    let url: string | null = `${client.root('graph')}/v1.0/users?$select=${SELECT}&$top=${TOP}`
    for (let page = 1; url !== null; page += 1) {
      if (page > MOST_PAGES)
        throw new CloudError('REQUEST_REFUSED', 'The pages of the directory run in circles')
      const answer = await client.send({ audience: 'graph', url, budget: BUDGET }, signal)
      const body: unknown = await answer.json()
      const fields = new Map<string, unknown>(
        typeof body === 'object' && body !== null ? Object.entries(body) : [],
      )
      const value = fields.get('value')
      for (const person of Array.isArray(value) ? value : []) {
        const id: unknown = typeof person === 'object' && person !== null ? person.id : undefined
        if (typeof id === 'string') people.set(id, JSON.stringify(person))
      }
      const next = fields.get('@odata.nextLink')
      url = typeof next === 'string' && next !== '' ? next : null
    }
    return [...people.keys()].toSorted().map((id) => people.get(id) ?? '')
  }

  return {
    name: 'directory',
    permissions: [
      {
        role: 'User.Read.All',
        audience: 'graph',
        required: true,
        why: 'Without it nobody knows who is licensed: no texts are collected, and coverage cannot be stated',
      },
    ],
    everyMs: Math.min(everyMs, DAY_MS),
    concurrency: 1,
    plan,
    fetch,
    check: async (_desk, signal): Promise<readonly Notice[]> => {
      const roles = await client.roles('graph', signal)
      if (roles.includes('User.Read.All') || roles.includes('Directory.Read.All')) return []
      return [
        {
          code: 'PERMISSION_MISSING',
          subject: 'directory',
          message:
            'The token for Graph lacks User.Read.All: grant it to the application (application permission) and give admin consent',
        },
      ]
    },
  }
}
