// Which path is answered by what. Graph compares names without case, and calls functions in the path.
import type { AuditQueries } from './audit-queries.ts'
import type { GraphDesk } from './desk.ts'
import { serveHistory } from './history.ts'
import { servePackage, servePackages } from './packages.ts'
import { serveChat, serveDrive, serveMeetings, serveShare, serveSite } from './places.ts'
import type { Subscriptions } from './subscriptions.ts'
import { serveReport } from './usage-reports.ts'
import { serveLicenceDetails, serveSubscribedSkus, serveUser, serveUsers } from './users.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { GraphRefusal } from './wire.ts'

export interface GraphServices {
  readonly desk: GraphDesk
  readonly queries: AuditQueries
  readonly subscriptions: Subscriptions
}

/** Throws a GraphRefusal for whatever is not answered. */
export async function answerGraph(
  services: GraphServices,
  request: GraphRequest,
  applicationId: string,
): Promise<GraphAnswer> {
  const { desk } = services
  const { path } = request
  const [first = '', second = '', third = '', fourth = ''] = path
  // Ids keep their case; what names something loses it.
  const shape = path.map((segment) => segment.toLowerCase())
  const [area, , inner, call] = shape
  if (area === 'subscriptions')
    return answerSubscriptions(services.subscriptions, request, applicationId)
  if (area === 'security' && shape[1] === 'auditlog' && inner === 'queries')
    return answerQueries(services.queries, request)
  if (request.method !== 'GET') throw unknown(first)
  if (area === 'users') {
    if (second === '') return serveUsers(desk, request)
    if (third === '') return serveUser(desk, request, second)
    if (inner === 'licensedetails') return serveLicenceDetails(desk, request, second)
    if (inner === 'onlinemeetings') return serveMeetings(desk, request, second)
  }
  if (area === 'copilot') {
    if (
      shape[1] === 'users' &&
      call === 'interactionhistory' &&
      isHistory(shape[4]) &&
      path.length === 5
    )
      return serveHistory(desk, request, third)
    if (shape[1] === 'reports') return serveReport(desk, request, third)
    if (shape.slice(1, 4).join('/') === 'admin/catalog/packages')
      return path[4] === undefined
        ? servePackages(desk, request)
        : servePackage(desk, request, path[4])
  }
  if (area === 'subscribedskus' && second === '') return serveSubscribedSkus(desk, request)
  if (area === 'sites' && second !== '') return serveSite(desk, request, path.slice(1))
  if (area === 'drives' && second !== '') return serveDrive(desk, request, path.slice(1))
  if (area === 'shares' && inner === 'driveitem') return serveShare(desk, request, second)
  if (area === 'chats' && second !== '' && third === '') return serveChat(desk, request, second)
  throw unknown(fourth === '' ? first : fourth)
}

/** Functions may be called with or without parentheses. */
const isHistory = (segment: string | undefined): boolean =>
  segment?.replace(/\(\)$/, '') === 'getallenterpriseinteractions'

async function answerSubscriptions(
  subscriptions: Subscriptions,
  request: GraphRequest,
  applicationId: string,
): Promise<GraphAnswer> {
  const { method } = request
  const [, id, action] = request.path
  if (id === undefined) {
    if (method === 'POST') return subscriptions.create(request, applicationId)
    if (method === 'GET') return subscriptions.list(request)
  } else if (action?.toLowerCase() === 'reauthorize' && method === 'POST') {
    return subscriptions.reauthorise(id)
  } else if (action === undefined) {
    if (method === 'GET') return subscriptions.one(id)
    if (method === 'PATCH') return subscriptions.renew(request, id)
    if (method === 'DELETE') return subscriptions.remove(id)
  }
  throw unknown('subscriptions')
}

function answerQueries(queries: AuditQueries, request: GraphRequest): GraphAnswer {
  const [, , , id, part] = request.path
  if (id === undefined && request.method === 'POST') return queries.create(request)
  if (request.method !== 'GET') throw unknown('queries')
  if (id === undefined) return queries.list(request)
  if (part === undefined) return queries.one(request, id)
  if (part.toLowerCase() === 'records') return queries.records(request, id)
  throw unknown(part)
}

function unknown(segment: string): GraphRefusal {
  return new GraphRefusal(
    400,
    'BadRequest',
    `Resource not found for the segment '${segment.slice(0, 60)}'.`,
  )
}
