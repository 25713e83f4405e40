import type { Item } from './item.ts'
import type { MergedMessages } from './merge-messages.ts'
import { stricterDlp, type MergedResources } from './merge-resources.ts'
import { Provenance } from './merge-provenance.ts'
import { byTime, compare, eitherFlag, type Told } from './merge-told.ts'
import type { Agent, Context, Dlp, Facts, Flag, Kind, Model, Person } from './record.ts'

/** The fields of an item that need no rules of their own beyond "first that says so", "all of them", "any of them". */
type Values = Pick<
  Item,
  | 'kind'
  | 'occurredAt'
  | 'timeBasis'
  | 'receivedAt'
  | 'surface'
  | 'setting'
  | 'sessionId'
  | 'requestIds'
  | 'conversationId'
  | 'correlationIds'
  | 'operations'
  | 'recordTypes'
  | 'recordTypeNumbers'
  | 'workloads'
  | 'clientIps'
  | 'regions'
  | 'locale'
  | 'contexts'
  | 'agent'
  | 'plugins'
  | 'models'
  | 'labels'
  | 'jailbreak'
  | 'xpia'
  | 'web'
  | 'tenantGrounded'
  | 'dlp'
  | 'text'
  | 'unmapped'
  | 'sources'
  | 'recordIds'
>

export interface MergedFields {
  readonly values: Values
  readonly provenance: Readonly<Record<string, readonly number[]>>
}

/** `tellings`: by authority. */
export function mergeFields(
  tellings: readonly Told[],
  merged: MergedMessages,
  resources: MergedResources,
  custodians: readonly Person[],
): MergedFields {
  const from = new Provenance(tellings)
  const time = timeOfItem(tellings, merged, from)
  const values: Values = {
    kind: kindOf(tellings, from),
    ...time,
    surface: surfaceOf(tellings, from),
    setting: settingOf(tellings, from),
    sessionId: from.first('sessionId', 'sessionId'),
    requestIds: from.all('requestIds', 'requestId'),
    conversationId: from.first('conversationId', 'conversationId'),
    correlationIds: from.all('correlationIds', 'correlationId'),
    operations: from.all('operations', 'operation'),
    recordTypes: from.all('recordTypes', 'recordType'),
    recordTypeNumbers: recordTypeNumbersOf(tellings, from),
    workloads: from.all('workloads', 'workload'),
    clientIps: from.all('clientIps', 'clientIp'),
    regions: from.all('regions', 'region'),
    locale: from.first('locale', 'locale'),
    contexts: contextsOf(tellings, from),
    agent: agentOf(tellings, from),
    plugins: from.union('plugins', 'plugins'),
    models: modelsOf(tellings, from),
    labels: from.union('labels', 'labels'),
    jailbreak: from.flag('jailbreak', jailbreakIn),
    xpia: from.flag('xpia', xpiaIn),
    web: from.flag('web', ({ web }) => web),
    tenantGrounded: from.flag('tenantGrounded', (facts) => facts.tenantGrounded),
    dlp: dlpOf(tellings, from),
    text: from.inOrder('text', 'text').join('\n'),
    unmapped: from.all('unmapped', 'unmapped').join('; ') || null,
    sources: sourcesOf(tellings),
    recordIds: from.all(null, 'nativeId'),
  }
  from.note('messages', merged.from)
  from.note('resources', resources.from)
  if (custodians.length > 0)
    for (const told of tellings) if (told.facts.user !== null) from.add('custodians', told)
  return { values, provenance: from.done() }
}

function timeOfItem(
  tellings: readonly Told[],
  { said }: MergedMessages,
  from: Provenance,
): Pick<Values, 'occurredAt' | 'timeBasis' | 'receivedAt'> {
  let receivedAt = tellings[0]?.part.receivedAt ?? ''
  for (const { part } of tellings) if (part.receivedAt < receivedAt) receivedAt = part.receivedAt
  if (said !== null) {
    from.note('occurredAt', [said.sequence])
    return { occurredAt: said.at, timeBasis: 'occurred', receivedAt }
  }
  // The client's record before its twin, which was logged some seconds earlier.
  let first: Told | undefined
  for (const told of tellings) {
    if (first !== undefined && (told.superseded || told.twin) && !Number.isNaN(first.at)) continue
    if (first === undefined || byTime(told.at, first.at) < 0) first = told
  }
  const occurredAt = first === undefined || Number.isNaN(first.at) ? null : first.facts.occurredAt
  if (first === undefined || occurredAt === null)
    return { occurredAt: receivedAt, timeBasis: 'received', receivedAt }
  from.add('occurredAt', first)
  return { occurredAt, timeBasis: 'occurred', receivedAt }
}

/** An item that is an exchange for any of its records is one. */
const KINDS: readonly Kind[] = [
  'interaction',
  'automation',
  'agent-run',
  'scheduled-prompt',
  'agent-admin',
  'plugin-admin',
  'promptbook-admin',
  'workspace-admin',
  'settings-admin',
  'own-access',
]

function kindOf(tellings: readonly Told[], from: Provenance): Kind {
  let kind: Kind = tellings[0]?.facts.kind ?? 'other'
  if (tellings.some(({ facts }) => facts.kind !== kind))
    kind = KINDS.find((one) => tellings.some(({ facts }) => facts.kind === one)) ?? 'other'
  for (const told of tellings) if (told.facts.kind === kind) from.add('kind', told)
  return kind
}

/** Where the audit record says it was; "Unknown" only when nobody knows better. */
function surfaceOf(tellings: readonly Told[], from: Provenance): string | null {
  let surface: string | null = null
  for (const { facts } of tellings) {
    if (facts.surface === null || facts.surface === '') continue
    surface ??= facts.surface
    if (isUnknown(surface) && !isUnknown(facts.surface)) surface = facts.surface
    if (!isUnknown(surface)) break
  }
  if (surface !== null)
    for (const told of tellings) if (told.facts.surface === surface) from.add('surface', told)
  return surface
}

function isUnknown(surface: string): boolean {
  return surface.length === 7 && surface.toLowerCase() === 'unknown'
}

/** The most special: a record that knows of no meeting does not say that there was none. */
function settingOf(tellings: readonly Told[], from: Provenance): Values['setting'] {
  let setting: Values['setting'] = null
  for (const { facts } of tellings) {
    if (facts.setting === 'meeting') setting = 'meeting'
    else if (facts.setting === 'file' && setting !== 'meeting') setting = 'file'
    else setting ??= facts.setting
  }
  if (setting !== null)
    for (const told of tellings) if (told.facts.setting === setting) from.add('setting', told)
  return setting
}

/** The first record's agent, its gaps filled by the others that mean the same one. */
function agentOf(tellings: readonly Told[], from: Provenance): Agent | null {
  let agent: Agent | null = null
  for (const told of tellings) {
    const other = told.facts.agent
    if (other === null) continue
    if (agent === null) agent = other
    else if (other.key?.toLowerCase() === agent.key?.toLowerCase()) agent = filled(agent, other)
    else continue
    from.add('agent', told)
  }
  return agent
}

function filled(agent: Agent, other: Agent): Agent {
  if (agent.name !== null && agent.kind !== 'unknown' && agent.origin !== 'unknown') return agent
  return {
    ...agent,
    name: agent.name ?? other.name,
    appIdentity: agent.appIdentity ?? other.appIdentity,
    kind: agent.kind === 'unknown' ? other.kind : agent.kind,
    origin: agent.origin === 'unknown' ? other.origin : agent.origin,
  }
}

function contextsOf(tellings: readonly Told[], from: Provenance): readonly Context[] {
  return distinct(tellings, 'contexts', ({ contexts }) => contexts, from, contextKey)
}

function contextKey({ id, type, name }: Context): string {
  return `${id ?? ''}\n${type ?? ''}\n${name ?? ''}`
}

function modelsOf(tellings: readonly Told[], from: Provenance): readonly Model[] {
  return distinct(tellings, 'models', ({ models }) => models, from, modelKey)
}

function modelKey({ provider, name, version }: Model): string {
  return `${provider ?? ''}\n${name ?? ''}\n${version ?? ''}`
}

function distinct<T>(
  tellings: readonly Told[],
  field: string,
  listOf: (facts: Facts) => readonly T[],
  from: Provenance,
  keyOf: (value: T) => string,
): readonly T[] {
  let values: Map<string, T> | null = null
  for (const told of tellings) {
    const list = listOf(told.facts)
    if (list.length === 0) continue
    from.add(field, told)
    values ??= new Map()
    for (const value of list) {
      const key = keyOf(value)
      if (!values.has(key)) values.set(key, value)
    }
  }
  return values === null ? [] : [...values.values()]
}

function recordTypeNumbersOf(tellings: readonly Told[], from: Provenance): number[] {
  const numbers = new Set<number>()
  for (const told of tellings) {
    const { recordTypeNumber } = told.facts
    if (recordTypeNumber === null) continue
    numbers.add(recordTypeNumber)
    from.add('recordTypeNumbers', told)
  }
  return [...numbers].toSorted((a, b) => a - b)
}

function dlpOf(tellings: readonly Told[], from: Provenance): Dlp | null {
  let dlp: Dlp | null = null
  for (const { facts } of tellings) dlp = stricterDlp(dlp, facts.dlp)
  if (dlp !== null) for (const told of tellings) if (told.facts.dlp === dlp) from.add('dlp', told)
  return dlp
}

function sourcesOf(tellings: readonly Told[]): string[] {
  const sources = new Set<string>()
  for (const { part } of tellings) sources.add(part.source)
  return [...sources].toSorted(compare)
}

function jailbreakIn({ messages }: Facts): Flag {
  let flag: Flag = null
  for (const { jailbreak } of messages) flag = eitherFlag(flag, jailbreak)
  return flag
}

function xpiaIn({ resources }: Facts): Flag {
  let flag: Flag = null
  for (const { xpia } of resources) flag = eitherFlag(flag, xpia)
  return flag
}
