import { eitherFlag, type Told } from './merge-told.ts'
import type { Dlp, Resource } from './record.ts'

/** What Copilot read, and what the answer points at. */
export interface MergedResources {
  readonly resources: readonly Resource[]
  readonly from: number[]
  /** Tenant files that the answer links or attaches and that no record lists as accessed. */
  readonly unlisted: readonly { readonly resource: Resource; readonly sequences: number[] }[]
}

interface Draft {
  resource: Resource
  /** Set once a second record names policies. */
  policies: Set<string> | null
  readonly sequences: number[]
}

/** An address whose last step is a file's name; pages of a site or a web application are told apart by their query. */
const IS_FILE = /\.(?!aspx$|php$|html?$|jsp$)[a-z0-9]{2,5}$/i

const NOTHING: MergedResources = { resources: [], from: [], unlisted: [] }

/** Each resource once, by id, address or (for what has neither) name; accessed ones first, as the records list them. */
export function mergeResources(tellings: readonly Told[]): MergedResources {
  const drafts: Draft[] = []
  const from: number[] = []
  const known = new Map<string, Draft>()
  let pointed = false
  for (const told of tellings) {
    const { resources } = told.facts
    if (resources.length > 0) from.push(told.sequence)
    for (const resource of resources) {
      if (resource.origin === 'accessed') add(resource, exactKeys(resource), told, known, drafts)
      else pointed = true
    }
  }
  if (from.length === 0) return NOTHING
  const unlisted = pointed ? addPointed(tellings, known, drafts) : []
  return {
    resources: drafts.map(({ resource, policies }) =>
      policies === null ? resource : { ...resource, policies: [...policies] },
    ),
    from,
    unlisted: unlisted.filter(({ resource }) => resource.place === 'tenant'),
  }
}

/** Links and attachments find the accessed resource by its name as well: the two sources spell addresses differently. */
function addPointed(
  tellings: readonly Told[],
  known: Map<string, Draft>,
  drafts: Draft[],
): readonly Draft[] {
  const names = new Map<string, Draft>()
  for (const draft of drafts)
    for (const name of namesOf(draft.resource)) if (!names.has(name)) names.set(name, draft)
  const listed = drafts.length
  for (const told of tellings) {
    for (const resource of told.facts.resources) {
      if (resource.origin === 'accessed') continue
      const keys = exactKeys(resource)
      const named = keys.some((key) => known.has(key))
        ? undefined
        : namesOf(resource)
            .map((name) => names.get(name))
            .find((draft) => draft !== undefined)
      if (named === undefined) add(resource, keys, told, known, drafts)
      else absorb(named, resource, told)
    }
  }
  return drafts.slice(listed)
}

function add(
  resource: Resource,
  keys: readonly string[],
  told: Told,
  known: Map<string, Draft>,
  drafts: Draft[],
): void {
  let draft: Draft | undefined
  for (const key of keys) draft ??= known.get(key)
  if (draft === undefined) {
    draft = { resource, policies: null, sequences: [told.sequence] }
    drafts.push(draft)
  } else absorb(draft, resource, told)
  for (const key of keys) if (!known.has(key)) known.set(key, draft)
}

function absorb(draft: Draft, other: Resource, told: Told): void {
  if (draft.sequences.at(-1) !== told.sequence) draft.sequences.push(told.sequence)
  const { resource } = draft
  if (other.policies.length > 0) {
    draft.policies ??= new Set(resource.policies)
    for (const policy of other.policies) draft.policies.add(policy)
  }
  draft.resource = {
    id: resource.id ?? other.id,
    name: resource.name ?? other.name,
    url: resource.url ?? other.url,
    site: resource.site ?? other.site,
    type: resource.type ?? other.type,
    action: resource.action ?? other.action,
    status: resource.status ?? other.status,
    labelId: resource.labelId ?? other.labelId,
    xpia: eitherFlag(resource.xpia, other.xpia),
    dlp: stricterDlp(resource.dlp, other.dlp),
    policies: resource.policies,
    origin: resource.origin,
    place: resource.place === 'unclassified' ? other.place : resource.place,
  }
}

/** blocked before audited before none before unknown. */
export function stricterDlp(a: Dlp | null, b: Dlp | null): Dlp | null {
  if (a === 'blocked' || b === 'blocked') return 'blocked'
  if (a === 'audited' || b === 'audited') return 'audited'
  return a ?? b
}

/** Keys by which two resources are surely the same one; what has neither id nor address is compared by all it has. */
function exactKeys({ id, url, name, type, action }: Resource): string[] {
  const keys: string[] = []
  if (id !== null && id !== '') keys.push(`i${id.toLowerCase()}`)
  if (url !== null && url !== '') keys.push(`u${plainUrl(url)}`)
  if (keys.length === 0) keys.push(`n${name ?? ''}\n${type ?? ''}\n${action ?? ''}`)
  return keys
}

/** One spelling of an address: lower case, decoded, no fragment or closing slash, and for a file no query. */
function plainUrl(url: string): string {
  // A viewer's address names the document in its query.
  const document = /[?&]sourcedoc=(?:%7b|\{)?([0-9a-f-]{36})/i.exec(url)?.[1]
  if (document !== undefined) return document.toLowerCase()
  const end = url.search(/[?#]/)
  const path = decoded(end === -1 ? url : url.slice(0, end)).toLowerCase()
  const plain = path.endsWith('/') ? path.slice(0, -1) : path
  if (end === -1 || IS_FILE.test(plain)) return plain
  const fragment = url.indexOf('#', end)
  const query = url.slice(end, fragment === -1 ? url.length : fragment)
  // The same target is served twice, once with this parameter.
  return `${plain}${query.replace(/[?&]EntityRepresentationId=[^&]*/i, '')}`
}

/** Names a file may be meant by: its own, and the last step of its address. */
function namesOf({ name, url }: Resource): string[] {
  const names: string[] = []
  if (name !== null && name.trim() !== '') names.push(name.trim().toLowerCase())
  if (url === null) return names
  const file = /[?&]file=([^&#]+)/i.exec(url)?.[1]
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  const last = file ?? path.slice(path.lastIndexOf('/') + 1)
  // Only files: "/l/message/…" ends in a number, "/sites/hr" in the site's name.
  if (IS_FILE.test(last)) names.push(decoded(last).toLowerCase())
  return names
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not an encoding: compared as it stands
  }
}
