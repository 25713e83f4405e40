// The inventory of agents: packages as the admin centre lists them, odd casing included.
import { numberFrom } from './derived.ts'
import type { GraphDesk } from './desk.ts'
import { readTop, sliceOf } from './paging.ts'
import type { AgentPackage } from './tenant-view.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { demandRole, GraphRefusal, jsonAnswer } from './wire.ts'

const HOSTS = [
  ['Copilot'],
  ['outlook', 'word', 'excel', 'powerPoint'],
  ['Word'],
  ['Copilot', 'Teams'],
]

export function servePackages(desk: GraphDesk, request: GraphRequest): GraphAnswer {
  demandRole(request, 'CopilotPackages.Read.All', 'CopilotPackages.ReadWrite.All')
  const accepts = packageFilter(request.query.get('$filter'))
  const all = desk.view.packages().map(listed).filter(accepts)
  const { entries, next } = sliceOf(request, all, readTop(request, 100, 999))
  desk.served('graph packages', entries.length)
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#copilot/admin/catalog/packages`,
    ...(next === null ? {} : { '@odata.nextLink': next }),
    value: entries,
  })
}

export function servePackage(desk: GraphDesk, request: GraphRequest, id: string): GraphAnswer {
  demandRole(request, 'CopilotPackages.Read.All', 'CopilotPackages.ReadWrite.All')
  const found = desk.view.packages().find((one) => one.id === id)
  if (found === undefined) throw new GraphRefusal(404, 'NotFound', 'The package was not found.')
  return jsonAnswer(200, {
    '@odata.context': `${request.root}/$metadata#copilot/admin/catalog/packages/$entity`,
    ...listed(found),
    longDescription: `${found.displayName} answers from what the people of Contoso wrote down.`,
    acquireUsersAndGroups: [],
    allowedUsersAndGroups: [],
    elementDetails: [{ elementType: 'declarativeAgent', elements: [] }],
    zipFile: null,
  })
}

type Listed = ReturnType<typeof listed>

function listed(agent: AgentPackage) {
  // A number that belongs to the agent, so that its entry is the same in every listing.
  const turn = numberFrom(agent.id, 10_000)
  const manifestId = agent.displayName.toLowerCase().replaceAll(' ', '-')
  return {
    id: agent.id,
    displayName: agent.displayName,
    type: agent.type,
    shortDescription: `${agent.displayName} for the people of Contoso`,
    isBlocked: turn % 17 === 0,
    supportedHosts: HOSTS[turn % HOSTS.length] ?? [],
    lastModifiedDateTime: agent.modifiedAt,
    publisher: agent.publisher,
    availableTo: turn % 3 === 0 ? 'some' : 'all',
    deployedTo: turn % 5 === 0 ? 'all' : 'none',
    elementTypes: [turn % 4 === 1 ? 'officeAddIn' : 'declarativeAgent'],
    platform: 'web',
    version: `1.${turn % 7}.0`,
    manifestVersion: '1.1',
    manifestId,
    appId: agent.appId,
    assetId: `asset-${String(turn).padStart(5, '0')}`,
  }
}

const ANY = /^(supportedHosts|elementTypes)\/any\((\w+):\s*\2 eq '([^']*)'\)$/i
const PLATFORM = /^platform eq '([^']*)'$/i
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
const SINCE = /^lastModifiedDateTime (?:gt|ge) (\S+)$/i

function packageFilter(text: string | null): (entry: Listed) => boolean {
  if (text === null) return () => true
  const conditions = text.split(/\s+and\s+/i).map((part) => condition(part.trim()))
  return (entry) => conditions.every((accepts) => accepts(entry))
}

/** Values compare without case: hosts are spelled in several ways. */
function condition(text: string): (entry: Listed) => boolean {
  const [, list, , wanted = ''] = ANY.exec(text) ?? []
  if (list !== undefined) {
    const isHosts = list.toLowerCase() === 'supportedhosts'
    return ({ supportedHosts, elementTypes }) =>
      (isHosts ? supportedHosts : elementTypes).some((one) => isSame(one, wanted))
  }
  const platform = PLATFORM.exec(text)?.[1]
  if (platform !== undefined) return (entry) => isSame(entry.platform, platform)
  const since = Date.parse(SINCE.exec(text)?.[1] ?? '')
  if (Number.isNaN(since)) throw new GraphRefusal(400, 'BadRequest', 'Invalid filter clause.')
  return (entry) => Date.parse(entry.lastModifiedDateTime) > since
}
