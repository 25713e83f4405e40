import type { Item, ItemMessage } from '../../../../interactions/item.ts'
import type { Person } from '../../../../interactions/record.ts'
import type { Field } from '../../fields.ts'

/** Which fields of items an export may show. */
export class ShownFields {
  readonly #names: ReadonlySet<string>

  constructor(fields: readonly Field[]) {
    this.#names = new Set(fields.map(({ name }) => name))
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#names.has(name))
  }

  /** The item without what was left out; what is left out of it is as if no record told it. */
  of(item: Item): Item {
    const list = <T>(name: string, values: readonly T[]) => (this.has(name) ? values : [])
    const value = <T>(name: string, known: T | null) => (this.has(name) ? known : null)
    return {
      ...item,
      custodians: this.has('users', 'userIds', 'userNames')
        ? item.custodians.map((person) => this.#person(person))
        : [],
      surface: value('surface', item.surface),
      setting: value('setting', item.setting),
      requestIds: list('requestIds', item.requestIds),
      conversationId: value('conversation', item.conversationId),
      operations: list('operations', item.operations),
      clientIps: list('ips', item.clientIps),
      regions: list('regions', item.regions),
      locale: value('locale', item.locale),
      contexts: list('files', item.contexts),
      agent: this.has('agentId', 'agentName', 'agentKind') ? this.#agent(item.agent) : null,
      messages: item.messages.map((message) => this.#message(message)),
      resources: list('files', item.resources).map((resource) => ({
        ...resource,
        labelId: value('labels', resource.labelId),
        xpia: value('xpia', resource.xpia),
        dlp: value('dlp', resource.dlp),
        policies: list('dlp', resource.policies),
      })),
      plugins: list('plugins', item.plugins),
      models: list('models', item.models),
      labels: list('labels', item.labels),
      jailbreak: value('jailbreak', item.jailbreak),
      xpia: value('xpia', item.xpia),
      web: value('web', item.web),
      tenantGrounded: value('tenantGrounded', item.tenantGrounded),
      automatic: value('automatic', item.automatic),
      dlp: value('dlp', item.dlp),
      credits: value('credits', item.credits),
      text: this.has('prompt') ? item.text : '',
      unmapped: value('unmapped', item.unmapped),
      sources: list('sources', item.sources),
      recordIds: list('recordIds', item.recordIds),
      findings: list('findings', item.findings),
      versions: this.has('versions') ? item.versions : 0,
    }
  }

  #person({ upn, objectId, name }: Person): Person {
    return {
      upn: this.has('users') ? upn : null,
      objectId: this.has('users', 'userIds') ? objectId : null,
      name: this.has('users', 'userNames') ? name : null,
    }
  }

  #agent(agent: Item['agent']): Item['agent'] {
    if (agent === null) return null
    return {
      ...agent,
      id: this.has('agentId') ? agent.id : null,
      key: this.has('agentId') ? agent.key : null,
      appIdentity: this.has('agentId') ? agent.appIdentity : null,
      name: this.has('agentName') ? agent.name : null,
      kind: this.has('agentKind') ? agent.kind : 'unknown',
      origin: this.has('agentKind') ? agent.origin : 'unknown',
    }
  }

  #message(message: ItemMessage): ItemMessage {
    const isShown = this.has(message.role === 'answer' ? 'answer' : 'prompt')
    return {
      ...message,
      text: isShown ? message.text : null,
      jailbreak: this.has('jailbreak') ? message.jailbreak : null,
      automatic: this.has('automatic') ? message.automatic : null,
    }
  }
}
