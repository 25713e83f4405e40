import { eitherFlag, type Told } from './merge-told.ts'
import { contradicts } from './merge-versions.ts'
import type { Dlp, Resource } from './record.ts'

/** What Copilot read, and what the answer points at. */
export interface MergedResources {
  readonly resources: readonly Resource[]
  /** Tenant files that the answer links or attaches and that no record lists as accessed. */
  readonly unlisted: readonly { readonly resource: Resource; readonly sequences: number[] }[]
  /** Records that contradict each other about a cross-prompt injection in one resource. */
  readonly xpiaDiffers: readonly number[]
}

interface Draft {
  resource: Resource
  /** Set once a second record names policies. */
  policies: Set<string> | null
  readonly sequences: number[]
  /** An answer points at it; a prompt's own attachment is nothing that Copilot found. */
  cited: boolean
  xpiaDiffers: number[] | null
}

/** An address whose last step is a file's name (a Teams thread ends in `.v2`); pages of a site or a web application are told apart by their query. */
const IS_FILE = /\.(?!aspx$|php$|html?$|jsp$|v2$|tacv2$)[a-z0-9]{2,5}$/i

const NOTHING: MergedResources = { resources: [], unlisted: [], xpiaDiffers: [] }

/** Each resource once; accessed ones first, as the records list them. */
export function mergeResources(tellings: readonly Told[]): MergedResources {
  let any = false
  let pointed = false
  for (const { facts } of tellings) {
    for (const { origin } of facts.resources) {
      any = true
      if (origin !== 'accessed') pointed = true
    }
  }
  if (!any) return NOTHING
  const drafts = new Map<string, Draft>()
  for (const told of tellings)
    for (const resource of told.facts.resources)
      if (resource.origin === 'accessed') add(drafts, keyOf(resource), resource, told)
  const accessed = [...drafts.values()]
  const others = pointed ? pointedAt(tellings, accessed) : []
  return {
    resources: [...accessed, ...others].map(({ resource, policies }) =>
      policies === null ? resource : { ...resource, policies: [...policies] },
    ),
    unlisted: others.filter(({ cited, resource }) => cited && isTenantFile(resource)),
    xpiaDiffers: accessed.flatMap((draft) => draft.xpiaDiffers ?? []),
  }
}

/**
 * Links and attachments that no record lists as accessed. The two sources spell one address differently and often only
 * one gives an id: a link finds its accessed resource by id, by address, or by the file's name.
 */
function pointedAt(tellings: readonly Told[], accessed: readonly Draft[]): Draft[] {
  const known = new Map<string, Draft>()
  for (const draft of accessed)
    for (const key of handlesOf(draft.resource)) if (!known.has(key)) known.set(key, draft)
  const others = new Map<string, Draft>()
  for (const told of tellings) {
    const cites = isAnswer(told)
    for (const resource of told.facts.resources) {
      if (resource.origin === 'accessed') continue
      const handle = handlesOf(resource).find((key) => known.has(key))
      const listed = handle === undefined ? undefined : known.get(handle)
      if (listed !== undefined) absorb(listed, resource, told)
      else add(others, keyOf({ ...resource, id: null }), resource, told).cited ||= cites
    }
  }
  return [...others.values()]
}

function add(drafts: Map<string, Draft>, key: string, resource: Resource, told: Told): Draft {
  const known = drafts.get(key)
  if (known !== undefined) {
    absorb(known, resource, told)
    return known
  }
  const draft = {
    resource,
    policies: null,
    sequences: [told.sequence],
    cited: false,
    xpiaDiffers: null,
  }
  drafts.set(key, draft)
  return draft
}

function absorb(draft: Draft, other: Resource, told: Told): void {
  const { resource } = draft
  if (draft.sequences.at(-1) !== told.sequence) {
    const [first] = draft.sequences
    if (first !== undefined && told.newer === 0 && contradicts(resource.xpia, other.xpia))
      (draft.xpiaDiffers ??= []).push(first, told.sequence)
    draft.sequences.push(told.sequence)
  }
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

function isAnswer({ facts }: Told): boolean {
  return facts.messages.some(({ role }) => role === 'answer')
}

/** Meetings, events and chats are the tenant's too, but no audit record lists them as files. */
function isTenantFile({ place, type, url }: Resource): boolean {
  if (place !== 'tenant') return false
  if (type !== null && type.toLowerCase() === 'file') return true
  if (url === null) return false
  const end = url.search(/[?#]/)
  if (IS_FILE.test(end === -1 ? url : url.slice(0, end))) return true
  // Office viewers and sharing links (`/:w:/s/…`).
  return /[?&](?:sourcedoc|file)=|\/:[a-z]:\//i.test(url)
}

/** blocked before audited before none before unknown. */
export function stricterDlp(a: Dlp | null, b: Dlp | null): Dlp | null {
  if (a === 'blocked' || b === 'blocked') return 'blocked'
  if (a === 'audited' || b === 'audited') return 'audited'
  return a ?? b
}

/** By which two resources are surely the same: id, else address, else all they have. */
function keyOf({ id, url, name, type, action }: Resource): string {
  if (id !== null && id !== '') return `i${id.toLowerCase()}`
  if (url !== null && url !== '') return `u${plainUrl(url)}`
  return `n${name ?? ''}\n${type ?? ''}\n${action ?? ''}`
}

/** Everything by which a link may mean a resource: id, address, the file's name. */
function handlesOf({ id, name, url }: Resource): string[] {
  const handles: string[] = []
  if (id !== null && id !== '') handles.push(`i${id.toLowerCase()}`)
  if (url !== null && url !== '') handles.push(`u${plainUrl(url)}`)
  if (name !== null && name.trim() !== '') handles.push(`n${name.trim().toLowerCase()}`)
  if (url === null) return handles
  const file = /[?&]file=([^&#]+)/i.exec(url)?.[1]
  const end = url.search(/[?#]/)
  const path = end === -1 ? url : url.slice(0, end)
  const last = file ?? path.slice(path.lastIndexOf('/') + 1)
  // Only files: "/l/message/…" ends in a number, "/sites/hr" in the site's name.
  if (IS_FILE.test(last)) handles.push(`n${decoded(last).toLowerCase()}`)
  return handles
}

/** One spelling of an address: lower case, decoded, no fragment or closing slash, and for a file no query. */
function plainUrl(url: string): string {
  const end = url.search(/[?#]/)
  // A viewer's address names the document in its query.
  const document =
    end === -1 ? null : /[?&]sourcedoc=(?:%7b|\{)?([0-9a-f-]{36})/i.exec(url.slice(end))
  if (document?.[1] !== undefined) return document[1].toLowerCase()
  const path = decoded(end === -1 ? url : url.slice(0, end)).toLowerCase()
  const plain = path.endsWith('/') ? path.slice(0, -1) : path
  if (end === -1 || IS_FILE.test(plain)) return plain
  const fragment = url.indexOf('#', end)
  const query = url.slice(end, fragment === -1 ? url.length : fragment)
  // The same target is served twice, once with this parameter.
  return `${plain}${query.replace(/[?&]EntityRepresentationId=[^&]*/i, '')}`
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not an encoding: compared as it stands
  }
}
