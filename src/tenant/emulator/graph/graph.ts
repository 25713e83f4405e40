// Microsoft Graph of the emulated tenant, behind one door: every request comes in here, and every refusal leaves as Graph words it.
import { AuditQueries } from './audit-queries.ts'
import { answerBatch } from './batch.ts'
import type { GraphDesk } from './desk.ts'
import type { Post, SignValidation } from './notifications.ts'
import { Notifications } from './notifications.ts'
import type { GraphServices } from './routes.ts'
import { answerGraph } from './routes.ts'
import type { Handshake } from './subscriptions.ts'
import { Subscriptions } from './subscriptions.ts'
import type { GraphAnswer, GraphRequest } from './wire.ts'
import { GraphRefusal, refusalAnswer } from './wire.ts'

/** How the tenant reaches its subscribers. */
export interface Outward {
  readonly handshake: Handshake
  readonly post: Post
  readonly sign: SignValidation
}

export class Graph {
  readonly notifications: Notifications
  private readonly services: GraphServices

  constructor(desk: GraphDesk, { handshake, post, sign }: Outward) {
    const subscriptions = new Subscriptions(desk, handshake)
    this.services = { desk, queries: new AuditQueries(desk), subscriptions }
    this.notifications = new Notifications(desk, subscriptions, post, sign)
  }

  /** Never rejects on account of what was asked. */
  async answer(request: GraphRequest, applicationId: string): Promise<GraphAnswer> {
    const { desk } = this.services
    const requestId = desk.newGuid()
    let answer: GraphAnswer
    try {
      const batch = request.method === 'POST' && request.path[0]?.toLowerCase() === '$batch'
      answer = batch
        ? await answerBatch(request, desk, (inner) => this.answer(inner, applicationId))
        : await answerGraph(this.services, request, applicationId)
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error
      answer = refusalAnswer(error, requestId, desk.view.now())
    }
    const ids = { 'request-id': requestId, 'client-request-id': requestId }
    return { ...answer, headers: { ...answer.headers, ...ids } }
  }
}
