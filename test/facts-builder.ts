import type { Part } from '../src/interactions/item.ts'
import type { Agent, Facts, Message, Person, Resource } from '../src/interactions/record.ts'

// Facts and parts of a small firm, for tests about what records say, not about how they are spelled.

export const SESSION = '19:Zm9yLXRlc3Rz@thread.v2'
const TENANT = '5f0c6d2e-0001-4000-8000-000000000001'

export const AVERY: Person = {
  objectId: null,
  upn: 'avery@contoso.com',
  name: null,
}
export const AVERY_BY_ID: Person = {
  objectId: '7c1d7f6e-4a0f-4b52-9a3b-2d3d4f5a6b70',
  upn: null,
  name: 'Avery Howard',
}

function aFacts(given: Partial<Facts> = {}): Facts {
  return {
    format: 'audit',
    namespace: 'audit',
    nativeId: null,
    tenantId: TENANT,
    kind: 'interaction',
    recordType: 'CopilotInteraction',
    recordTypeNumber: 261,
    operation: 'CopilotInteraction',
    workload: 'Copilot',
    unmapped: null,
    occurredAt: null,
    user: null,
    userType: null,
    clientIp: null,
    region: null,
    locale: null,
    surface: null,
    servedSurface: null,
    setting: null,
    contexts: [],
    sessionId: SESSION,
    requestId: null,
    conversationId: null,
    correlationId: null,
    agent: null,
    messages: [],
    resources: [],
    plugins: [],
    models: [],
    web: null,
    tenantGrounded: null,
    dlp: null,
    labels: [],
    text: '',
    ...given,
  }
}

/** An audit record: ids of messages, never their text. */
export function anAudit(given: Partial<Facts> = {}): Facts {
  return aFacts({ nativeId: 'audit-1', user: AVERY, surface: 'Word', setting: 'chat', ...given })
}

/** A Graph item: one prompt or answer with its text. */
export function aGraphItem(message: Partial<Message> & { id: string }, given: Partial<Facts> = {}) {
  const role = message.role ?? 'prompt'
  return aFacts({
    format: 'ai-interaction',
    namespace: 'interaction',
    nativeId: `${SESSION}/${message.id}`,
    tenantId: null,
    recordType: '',
    recordTypeNumber: null,
    operation: '',
    workload: '',
    occurredAt: message.at ?? null,
    user: role === 'prompt' ? AVERY_BY_ID : null,
    surface: 'Word',
    requestId: 'request-1',
    locale: 'en-us',
    messages: [aMessage({ role, text: `Words of ${message.id}`, etag: message.id, ...message })],
    ...given,
  })
}

export function aMessage(given: Partial<Message> & { id: string }): Message {
  return {
    role: null,
    text: null,
    at: null,
    automatic: null,
    jailbreak: null,
    etag: null,
    ...given,
  }
}

export function aResource(given: Partial<Resource> = {}): Resource {
  return {
    id: null,
    name: null,
    url: null,
    site: null,
    type: null,
    action: null,
    status: null,
    labelId: null,
    xpia: null,
    dlp: null,
    policies: [],
    origin: 'accessed',
    place: 'tenant',
    ...given,
  }
}

export function anAgent(given: Partial<Agent> = {}): Agent {
  return {
    id: 'T_1.agent-1',
    key: 'agent-1',
    name: 'Contoso Helpdesk',
    appIdentity: null,
    kind: 'custom-engine',
    origin: 'customer',
    ...given,
  }
}

/** Facts as the archive keeps them. Versions of one record are given the same `identity`. */
export function aPart(sequence: number, facts: Facts, given: Partial<Part> = {}): Part {
  return {
    sequence,
    receivedAt: '2026-03-09T12:00:00.000Z',
    source: facts.namespace === 'audit' ? 'management-activity' : 'graph-interactions',
    identity: `${facts.namespace}/${facts.nativeId ?? sequence}`,
    facts,
    ...given,
  }
}
