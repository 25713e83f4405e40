import type { Item } from '../../interactions/item.ts'

/** The value of each field of an item, from the item itself: what the format jsonl writes. */
export const ITEM_VALUES: Readonly<Record<string, (item: Item) => unknown>> = {
  id: ({ id }) => id,
  tenant: ({ tenantId }) => tenantId,
  kind: ({ kind }) => kind,
  occurredAt: ({ occurredAt, timeBasis }) => (timeBasis === 'received' ? null : occurredAt),
  receivedAt: ({ receivedAt }) => receivedAt,
  users: ({ custodians }) =>
    custodians.map(({ upn, objectId, name }) => upn ?? objectId ?? name ?? ''),
  userIds: ({ custodians }) => present(custodians.map(({ objectId }) => objectId)),
  userNames: ({ custodians }) => present(custodians.map(({ name }) => name)),
  surface: ({ surface }) => surface,
  setting: ({ setting }) => setting,
  session: ({ sessionId }) => sessionId,
  requestIds: ({ requestIds }) => requestIds,
  conversation: ({ conversationId }) => conversationId,
  correlationIds: ({ correlationIds }) => correlationIds,
  operations: ({ operations }) => operations,
  recordTypes: ({ recordTypes }) => recordTypes,
  workloads: ({ workloads }) => workloads,
  ips: ({ clientIps }) => clientIps,
  regions: ({ regions }) => regions,
  locale: ({ locale }) => locale,
  agentId: ({ agent }) => agent?.id ?? null,
  agentName: ({ agent }) => agent?.name ?? null,
  agentKind: ({ agent }) => agent?.kind ?? null,
  prompts: (item) => item.messages.filter(({ role }) => role === 'prompt').length,
  answers: (item) => item.messages.filter(({ role }) => role === 'answer').length,
  prompt: (item) => textOf(item, 'prompt'),
  answer: (item) => textOf(item, 'answer'),
  files: (item) => [
    ...new Set([
      ...present(item.resources.flatMap(({ name, url }) => [name, url])),
      ...present(
        item.contexts.flatMap(({ id, name }) => [name, id?.startsWith('http') ? id : null]),
      ),
    ]),
  ],
  sites: (item) => [...new Set(present(item.resources.map(({ site }) => site)))],
  labels: ({ labels }) => labels,
  plugins: ({ plugins }) => plugins,
  models: (item) => [...new Set(present(item.models.map(({ name }) => name)))],
  jailbreak: ({ jailbreak }) => jailbreak,
  xpia: ({ xpia }) => xpia,
  web: ({ web }) => web,
  tenantGrounded: ({ tenantGrounded }) => tenantGrounded,
  automatic: ({ automatic }) => automatic,
  dlp: ({ dlp }) => dlp,
  credits: ({ credits }) => credits?.total ?? null,
  sources: ({ sources }) => sources,
  recordIds: ({ recordIds }) => recordIds,
  sequences: ({ sequences }) => sequences.map(String),
  versions: ({ versions }) => versions,
  findings: ({ findings }) => [...new Set(findings.map(({ code }) => code))],
  unmapped: ({ unmapped }) => unmapped,
  messages: ({ messages }) => messages,
  resources: ({ resources }) => resources,
  contexts: ({ contexts }) => contexts,
  agent: ({ agent }) => agent,
  modelVersions: ({ models }) => models,
  creditBreakdown: ({ credits }) => credits,
  findingDetails: ({ findings }) => findings,
  provenance: ({ provenance }) => provenance,
}

const present = (values: readonly (string | null)[]): string[] =>
  values.filter((value) => value !== null && value !== '').map(String)

function textOf({ messages }: Item, role: 'prompt' | 'answer'): string | null {
  const texts = messages.flatMap((message) =>
    message.role === role && message.text ? [message.text] : [],
  )
  return texts.length === 0 ? null : texts.join('\n')
}
