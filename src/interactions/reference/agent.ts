import { agentKey } from '../agents.ts'
import { flag, looksLikeGuid } from '../fields.ts'
import { signsInWithMicrosoft } from '../sign-in.ts'
import type { TableRow } from '../table-row.ts'
import type { ReferenceAgent } from './record.ts'

/** An agent or app of the tenant's inventory; null when the row names none. */
export function agentOf(row: TableRow): ReferenceAgent | null {
  const id = row.word('id', 'packageid', 'titleid', 'agentid', 'botid')
  if (id === null) return null
  const keys = new Set([agentKey(id)])
  // A manifest's id may be any word; only one that cannot be another agent's is a key.
  for (const column of [
    'appid',
    'manifestid',
    'assetid',
    'botid',
    'agentid',
    'entraagentid',
    'schemaname',
  ]) {
    const other = row.word(column)
    if (other !== null && (looksLikeGuid(other) || /^[a-z]_[0-9a-z-]{8,}/i.test(other)))
      keys.add(agentKey(other))
  }
  const signIn = signsInWithMicrosoft(row.word('authenticationmode'))
  return {
    subject: 'agent',
    id,
    keys: [...keys],
    name: row.word('displayname', 'name', 'agentname', 'title'),
    type: row.word('type', 'agenttype', 'agenttypea365'),
    publisher: row.word('publisher', 'publishername'),
    version: row.word('version'),
    blocked: flag(row.word('isblocked', 'blocked')),
    ...(signIn === null ? {} : { signsInWithMicrosoft: signIn }),
  }
}

/** The keys under which an agent's inventory entry may lie, by the id that a record gives. */
export function agentKeysOf(id: string): readonly string[] {
  const keys = [agentKey(id)]
  const lower = id.trim().toLowerCase()
  if (!keys.includes(lower)) keys.push(lower)
  // `T_{title}.{agent}`: the inventory lists the title.
  const title = /(?:^|\.)([tpu]_[0-9a-z-]+)(?:\.|$)/.exec(lower)?.[1]
  if (title !== undefined && !keys.includes(title)) keys.push(title)
  return keys
}
