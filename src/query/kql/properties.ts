import { canonicalSurface } from '../../interactions/surfaces.ts'
import type { Item } from '../../interactions/item.ts'
import type { Flag } from '../../interactions/record.ts'
import { agentNames, namesIn, placesOf } from '../item-text.ts'
import { lowered } from '../schema.ts'
import { fold } from '../text.ts'

/** An SQL expression and whether it is an array of strings. In the form that `fold` or `lower` gives. */
export interface Column {
  readonly sql: string
  readonly array: boolean
}

/**
 * What can be asked for, and how it is answered: in SQL by `columns`, in memory by `of`. Both must agree.
 * `exact`: a value equals (ASCII case aside). `name`: or its words are part of it. Other types compare as they say.
 */
export type Property = { readonly name: string; readonly aliases: readonly string[] } & (
  | {
      readonly type: 'exact'
      readonly columns: readonly Column[]
      readonly of: (item: Item) => readonly string[]
      /** The values that a typed one stands for. */
      readonly means?: (value: string) => readonly string[]
    }
  | {
      readonly type: 'name'
      /** Everything that a value can equal, folded. */
      readonly column: string
      readonly of: (item: Item) => readonly string[]
      /** What it can be words of: all of it is searched as text, too. */
      readonly names: { readonly sql: string; readonly of: (item: Item) => readonly string[] }
      /** True for a value that can only be meant whole: an address, an id. */
      readonly whole: (value: string) => boolean
    }
  | { readonly type: 'flag'; readonly column: string; readonly of: (item: Item) => Flag }
  | { readonly type: 'time'; readonly column: string; readonly of: (item: Item) => string }
  | { readonly type: 'number'; readonly column: string; readonly of: (item: Item) => number | null }
  | { readonly type: 'text'; readonly part: 'prompt' | 'answer' | 'all' }
)

/** ASCII case only, as the engine's `lower` does. */
export function lower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const one = (column: string): Column => ({ sql: `lower(${column})`, array: false })
const many = (column: string): Column => ({ sql: lowered(column), array: true })
const folded = (column: string): Column => ({ sql: column, array: true })
const some = (value: string | null | undefined): readonly string[] => (value ? [value] : [])

const GUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** Purview's names of activities, as its portal shows them. */
const ACTIVITIES: Readonly<Record<string, string>> = {
  'interacted with copilot': 'copilotinteraction',
  'interacted with a connected ai app': 'connectedaiappinteraction',
  'interacted with connected ai app': 'connectedaiappinteraction',
  'interacted with an ai app': 'aiappinteraction',
  'interacted with ai app': 'aiappinteraction',
  'interacted with team copilot': 'teamcopilotmsginteraction',
  'created a scheduled prompt': 'scheduledpromptcreated',
  'deleted a scheduled prompt': 'scheduledpromptdeleted',
  'executed a scheduled prompt': 'scheduledpromptexecute',
}

export const PROPERTIES: readonly Property[] = [
  {
    name: 'user',
    aliases: ['users', 'userid', 'userids', 'upn', 'custodian', 'person', 'from', 'participants'],
    type: 'name',
    column: 'users',
    of: (item) => namesIn(item.custodians).users,
    names: {
      sql: 'arrayConcat(custodianUpns, custodianNames)',
      of: (item) => item.custodians.flatMap(({ upn, name }) => [...some(upn), ...some(name)]),
    },
    whole: (value) => value.includes('@') || GUID.test(value),
  },
  {
    name: 'surface',
    aliases: ['app', 'apps', 'workload', 'workloads', 'apphost', 'appclass', 'host'],
    type: 'exact',
    columns: [one('surface'), many('workloads')],
    of: (item) => [...some(item.surface), ...item.workloads],
    means: (value) => [value, canonicalSurface(value)],
  },
  {
    name: 'kind',
    aliases: ['type'],
    type: 'exact',
    columns: [one('kind')],
    of: (item) => [item.kind],
  },
  {
    name: 'operation',
    aliases: ['operations', 'activity', 'activities'],
    type: 'exact',
    columns: [many('operations')],
    of: (item) => item.operations,
    means: (value) => [value, ACTIVITIES[value.toLowerCase()] ?? value],
  },
  {
    name: 'recordtype',
    aliases: ['recordtypes', 'auditlogrecordtype'],
    type: 'exact',
    columns: [
      many('recordTypes'),
      { sql: 'arrayMap(x -> toString(x), recordTypeNumbers)', array: true },
    ],
    of: (item) => [...item.recordTypes, ...item.recordTypeNumbers.map(String)],
  },
  {
    name: 'agent',
    aliases: ['agents', 'agentname', 'bot'],
    type: 'name',
    column: 'agents',
    of: (item) => agentNames(item),
    names: { sql: '[agentName]', of: (item) => some(item.agent?.name) },
    whole: (value) => GUID.test(value),
  },
  {
    name: 'agentid',
    aliases: [],
    type: 'exact',
    columns: [one('agentId'), one('agentKey')],
    of: (item) => [...some(item.agent?.id), ...some(item.agent?.key)],
  },
  {
    name: 'file',
    aliases: ['files', 'filename', 'resource', 'document', 'objectid', 'objectids', 'url', 'path'],
    type: 'name',
    column: 'files',
    of: (item) => placesOf(item).files,
    names: {
      sql: "arrayFilter(x -> NOT startsWith(x, 'http'), files)",
      of: (item) => placesOf(item).files.filter((file) => !file.startsWith('http')),
    },
    whole: (value) => value.includes('/'),
  },
  {
    name: 'site',
    aliases: ['sites', 'siteurl', 'siteid', 'siteids'],
    type: 'exact',
    columns: [folded('sites')],
    of: (item) => placesOf(item).sites,
    means: (value) => [fold(value), fold(value.replace(/\/+$/, ''))],
  },
  {
    name: 'label',
    aliases: ['labels', 'sensitivitylabel', 'sensitivitylabelid'],
    type: 'exact',
    columns: [many('labels')],
    of: (item) => item.labels,
  },
  {
    name: 'model',
    aliases: ['models'],
    type: 'exact',
    columns: [folded('models')],
    of: (item) => placesOf(item).models,
    means: (value) => [fold(value)],
  },
  {
    name: 'plugin',
    aliases: ['plugins'],
    type: 'exact',
    columns: [many('plugins')],
    of: (item) => item.plugins,
  },
  {
    name: 'session',
    aliases: ['thread', 'threadid', 'sessionid'],
    type: 'exact',
    columns: [one('session')],
    of: (item) => some(item.sessionId),
  },
  {
    name: 'request',
    aliases: ['requestid'],
    type: 'exact',
    columns: [many('requestIds')],
    of: (item) => item.requestIds,
  },
  {
    name: 'correlation',
    aliases: ['correlationid', 'conversation', 'conversationid'],
    type: 'exact',
    columns: [many('correlationIds'), one('conversation')],
    of: (item) => [...item.correlationIds, ...some(item.conversationId)],
  },
  {
    name: 'id',
    aliases: ['recordid', 'messageid', 'ids'],
    type: 'exact',
    columns: [
      { sql: 'itemId', array: false },
      many('recordIds'),
      many('messageIds'),
      many('requestIds'),
    ],
    of: (item) => [
      item.id,
      ...item.recordIds,
      ...item.messages.map(({ id }) => id),
      ...item.requestIds,
    ],
  },
  {
    name: 'ip',
    aliases: ['ips', 'clientip', 'ipaddress', 'ipaddresses'],
    type: 'exact',
    columns: [many('ips')],
    of: (item) => item.clientIps,
  },
  {
    name: 'region',
    aliases: ['regions'],
    type: 'exact',
    columns: [many('regions')],
    of: (item) => item.regions,
  },
  {
    name: 'locale',
    aliases: ['language'],
    type: 'exact',
    columns: [one('locale')],
    of: (item) => some(item.locale),
  },
  {
    name: 'setting',
    aliases: [],
    type: 'exact',
    columns: [one('setting')],
    of: (item) => some(item.setting),
  },
  {
    name: 'source',
    aliases: ['sources'],
    type: 'exact',
    columns: [many('sources')],
    of: (item) => item.sources,
  },
  {
    name: 'tenant',
    aliases: ['tenantid', 'organizationid'],
    type: 'exact',
    columns: [one('tenant')],
    of: (item) => [item.tenantId],
  },
  {
    name: 'finding',
    aliases: ['findings'],
    type: 'exact',
    columns: [many('findings')],
    of: (item) => placesOf(item).findings,
  },
  {
    name: 'dlp',
    aliases: [],
    type: 'exact',
    columns: [{ sql: "if(dlp = '', 'unknown', dlp)", array: false }],
    of: (item) => [item.dlp ?? 'unknown'],
  },
  {
    name: 'jailbreak',
    aliases: ['jailbreakdetected'],
    type: 'flag',
    column: 'jailbreak',
    of: (item) => item.jailbreak,
  },
  {
    name: 'xpia',
    aliases: ['xpiadetected'],
    type: 'flag',
    column: 'xpia',
    of: (item) => item.xpia,
  },
  { name: 'web', aliases: ['webgrounded'], type: 'flag', column: 'web', of: (item) => item.web },
  {
    name: 'grounded',
    aliases: ['tenantgrounded'],
    type: 'flag',
    column: 'tenantGrounded',
    of: (item) => item.tenantGrounded,
  },
  {
    name: 'automatic',
    aliases: [],
    type: 'flag',
    column: 'automatic',
    of: (item) => item.automatic,
  },
  {
    name: 'occurred',
    aliases: ['date', 'occurredat', 'creationtime', 'creationdate', 'created', 'sent', 'time'],
    type: 'time',
    column: 'occurredAt',
    of: (item) => item.occurredAt,
  },
  {
    name: 'received',
    aliases: ['receivedat'],
    type: 'time',
    column: 'receivedAt',
    of: (item) => item.receivedAt,
  },
  {
    name: 'credits',
    aliases: ['credit'],
    type: 'number',
    column: 'credits',
    of: (item) => item.credits?.total ?? null,
  },
  {
    name: 'versions',
    aliases: [],
    type: 'number',
    column: 'versions',
    of: (item) => item.versions,
  },
  { name: 'prompt', aliases: ['prompts', 'question'], type: 'text', part: 'prompt' },
  { name: 'answer', aliases: ['answers', 'response'], type: 'text', part: 'answer' },
  { name: 'text', aliases: ['body', 'content', 'freetext'], type: 'text', part: 'all' },
]

const BY_NAME = new Map<string, Property>()
for (const property of PROPERTIES)
  for (const name of [property.name, ...property.aliases]) BY_NAME.set(name, property)

/** The property of a name or alias, in any case. */
export function propertyOf(name: string): Property | undefined {
  return BY_NAME.get(name.toLowerCase())
}

/** The name nearest to a mistyped one, or undefined when nothing is near. */
export function nearestProperty(name: string): string | undefined {
  const typed = name.toLowerCase().slice(0, 40)
  let best: string | undefined
  let least = Math.max(1, Math.floor(typed.length / 2.5)) + 1
  for (const known of BY_NAME.keys()) {
    const distance = distanceOf(typed, known)
    if (distance < least) {
      least = distance
      best = known
    }
  }
  return best
}

/** Edit distance (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
