import type { Item, ItemMessage } from './item.ts'
import type { MergedMessages } from './merge-messages.ts'
import type { Provenance } from './merge-provenance.ts'
import { stricterDlp } from './merge-resources.ts'
import { byTime, compare, eitherFlag, type Told } from './merge-told.ts'
import type { Agent, Context, Dlp, Facts, Flag, Kind, Model, Role } from './record.ts'

// The fields of an item that have a rule of their own. `tellings` are always by authority.

/** The first prompt's time, else the first message's, else the first record's, else when the first was received. */
export function timesOf(
  tellings: readonly Told[],
  { said }: MergedMessages,
  from: Provenance,
): Pick<Item, 'occurredAt' | 'timeBasis' | 'receivedAt'> {
  let receivedAt = tellings[0]?.part.receivedAt ?? ''
  for (const { part } of tellings) if (part.receivedAt < receivedAt) receivedAt = part.receivedAt
  if (said !== null) {
    from.noteOne('occurredAt', said.sequence)
    return { occurredAt: said.at, timeBasis: 'occurred', receivedAt }
  }
  // The client's record before its twin, which was logged some seconds earlier.
  let first: Told | undefined
  for (const told of tellings) {
    if (first !== undefined && (told.newer > 0 || told.twin) && !Number.isNaN(first.at)) continue
    if (first === undefined || byTime(told.at, first.at) < 0) first = told
  }
  const occurredAt = first === undefined || Number.isNaN(first.at) ? null : first.facts.occurredAt
  if (first === undefined || occurredAt === null)
    return { occurredAt: receivedAt, timeBasis: 'received', receivedAt }
  from.noteOne('occurredAt', first.sequence)
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
  'conversation',
  'attachment',
]

export function kindOf(tellings: readonly Told[], from: Provenance): Kind {
  let kind: Kind = tellings[0]?.facts.kind ?? 'other'
  if (tellings.some(({ facts }) => facts.kind !== kind))
    kind = KINDS.find((one) => tellings.some(({ facts }) => facts.kind === one)) ?? 'other'
  from.note('kind', ({ facts }) => facts.kind === kind)
  return kind
}

/** Where the audit record says it was; "Unknown" only when nobody knows better. */
export function surfaceOf(tellings: readonly Told[], from: Provenance): string | null {
  let surface: string | null = null
  for (const { facts } of tellings) {
    if (facts.surface === null || facts.surface === '') continue
    surface ??= facts.surface
    if (isUnknown(surface) && !isUnknown(facts.surface)) surface = facts.surface
    if (!isUnknown(surface)) break
  }
  if (surface !== null) from.note('surface', ({ facts }) => facts.surface === surface)
  return surface
}

function isUnknown(surface: string): boolean {
  return surface.length === 7 && surface.toLowerCase() === 'unknown'
}

/** The most special: a record that knows of no meeting does not say that there was none. */
export function settingOf(tellings: readonly Told[], from: Provenance): Item['setting'] {
  let setting: Item['setting'] = null
  for (const { facts } of tellings) {
    if (facts.setting === 'meeting') setting = 'meeting'
    else if (facts.setting === 'file' && setting !== 'meeting') setting = 'file'
    else setting ??= facts.setting
  }
  if (setting !== null) from.note('setting', ({ facts }) => facts.setting === setting)
  return setting
}

/** The first record's agent, its gaps filled by the others that mean the same one. */
export function agentOf(tellings: readonly Told[], from: Provenance): Agent | null {
  let agent: Agent | null = null
  for (const { facts } of tellings) {
    if (agent === null) agent = facts.agent
    else if (isSameAgent(agent, facts.agent)) agent = filled(agent, facts.agent)
  }
  if (agent !== null) {
    const shown = agent
    from.note('agent', ({ facts }) => isSameAgent(shown, facts.agent))
  }
  return agent
}

function isSameAgent(agent: Agent, other: Agent | null): other is Agent {
  return other !== null && agent.key?.toLowerCase() === other.key?.toLowerCase()
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

export function contextsOf(from: Provenance): readonly Context[] {
  return from.distinct(
    'contexts',
    ({ contexts }) => contexts,
    ({ id, type, name }) => `${id ?? ''}\n${type ?? ''}\n${name ?? ''}`,
  )
}

export function modelsOf(from: Provenance): readonly Model[] {
  return from.distinct(
    'models',
    ({ models }) => models,
    ({ provider, name, version }) => `${provider ?? ''}\n${name ?? ''}\n${version ?? ''}`,
  )
}

export function recordTypeNumbersOf(tellings: readonly Told[], from: Provenance): number[] {
  const numbers: number[] = []
  for (const { facts } of tellings) {
    const number = facts.recordTypeNumber
    // There are some hundred record types: the list cannot grow long.
    if (number !== null && !numbers.includes(number)) numbers.push(number)
  }
  from.note('recordTypeNumbers', ({ facts }) => facts.recordTypeNumber !== null)
  return numbers.length > 1 ? numbers.toSorted((a, b) => a - b) : numbers
}

export function dlpOf(tellings: readonly Told[], from: Provenance): Dlp | null {
  let dlp: Dlp | null = null
  for (const { facts } of tellings) dlp = stricterDlp(dlp, facts.dlp)
  if (dlp !== null) from.note('dlp', ({ facts }) => facts.dlp === dlp)
  return dlp
}

export function sourcesOf(tellings: readonly Told[]): string[] {
  const sources: string[] = []
  for (const { part } of tellings) if (!sources.includes(part.source)) sources.push(part.source)
  return sources.length > 1 ? sources.toSorted(compare) : sources
}

export function jailbreakIn({ messages }: Facts): Flag {
  let flag: Flag = null
  for (const { jailbreak } of messages) flag = eitherFlag(flag, jailbreak)
  return flag
}

export function xpiaIn({ resources }: Facts): Flag {
  let flag: Flag = null
  for (const { xpia } of resources) flag = eitherFlag(flag, xpia)
  return flag
}

/** An exchange is automatic when a prompt is; only where no prompt says anything do the answers count. */
export function automaticOf(messages: readonly ItemMessage[], from: Provenance): Flag {
  const flagOf = (role: Role) =>
    messages.reduce<Flag>(
      (flag, message) => (message.role === role ? eitherFlag(flag, message.automatic) : flag),
      null,
    )
  const automatic = flagOf('prompt') ?? flagOf('answer')
  if (automatic !== null)
    from.note('automatic', ({ facts }) =>
      facts.messages.some((message) => message.automatic === automatic),
    )
  return automatic
}
