import type { Item } from '../../../../interactions/item.ts'
import type { Flag, Person, Resource } from '../../../../interactions/record.ts'

// How a transcript says what the records say. All of it may be hostile text: who renders it escapes it.

/** A person in a line of names: the name, else the address, else the object id. */
export function personName({ name, upn, objectId }: Person): string {
  return name ?? upn ?? objectId ?? 'unknown person'
}

/** Everything that is known of a person. */
export function personInFull({ name, upn, objectId }: Person): string {
  return [name, upn, objectId].filter((word) => word !== null).join(' · ') || 'unknown person'
}

/** An instant to the second: 2026-03-04 09:15:00. The page says that all are UTC. */
export function second(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ')
}

/** Where it happened: `Word, file`; a chat in Chat is said once. */
export function placeName({ surface, setting }: Pick<Item, 'surface' | 'setting'>): string {
  return [surface, surface?.toLowerCase() === setting ? null : setting]
    .filter((word) => word !== null)
    .join(', ')
}

export function agentName({ agent }: Item): string {
  return agent?.name ?? agent?.id ?? 'Copilot'
}

/** What an item without messages is: `agent-admin: AgentCreated`. */
export function eventName({ kind, operations }: Item): string {
  return operations.length === 0 ? kind : `${kind}: ${operations.join(', ')}`
}

export function flagWord(flag: Flag): string {
  return flag === null ? 'unknown' : flag ? 'yes' : 'no'
}

/** TEXT_WITHOUT_AUDIT as a person reads it. */
export function inWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ')
}

export function recordsText(sequences: readonly number[]): string {
  return `${sequences.length === 1 ? 'record' : 'records'} ${sequences.join(', ')}`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A line of a note: what it is, and what more is known of it. */
export interface Line {
  readonly text: string
  readonly detail: string
  /** Where it is not the tone of the whole note. */
  readonly tone?: 'alarm' | 'notice' | 'plain'
}

/** A resource: what it is, what was done with it, what was flagged. */
export function resourceLine(resource: Resource): Line {
  const { name, url, id, origin, action, status, labelId, xpia, dlp, policies } = resource
  const text = name ?? url ?? id ?? 'unnamed'
  const how =
    origin === 'accessed' ? (action ?? 'accessed') : origin === 'link' ? 'linked' : 'attached'
  const more = [
    xpia === true ? 'CROSS-PROMPT INJECTION' : null,
    dlp === null || dlp === 'none' ? null : `DLP ${dlp}`,
    policies.length === 0 ? null : `policy ${policies.join(', ')}`,
    how.toLowerCase(),
    status === null || status.toLowerCase() === 'success' ? null : status,
    labelId === null ? null : `label ${labelId}`,
    url === null || url === text ? null : url,
  ]
  return { text, detail: more.filter((word) => word !== null).join(' · ') }
}

/** The beginning of a text on one line. */
export function excerpt(text: string, most: number): string {
  const line = text
    .slice(0, most * 4)
    .replaceAll(/\s+/g, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= most && text.length <= most * 4
    ? line
    : `${characters.slice(0, most).join('').trimEnd()}…`
}
