import { guid } from './fields.ts'
import { siteOf } from './places.ts'
import type { Context, Resource } from './record.ts'

/** What a record names by an address or an id only: a site, a file without a name, a meeting. */
export interface ToldPlace {
  readonly kind: 'site' | 'file' | 'meeting'
  /** Address of a site or file, of its query no more than `sourcedoc`; id of the meeting's thread. */
  readonly key: string
}

/** Drives of Microsoft 365 alone: whatever else is linked is nobody's to look up. */
const SHAREPOINT = /^https:\/\/[a-z0-9-]+\.(?:sharepoint(?:-mil)?\.(?:com|us|cn|de)|dps\.mil)\//i
/** Office in the browser: the file is the one that this names, not the page. */
const SOURCE_DOCUMENT = /[?&]sourcedoc=(?:%7b|\{)?([\w-]{1,64})/i
const MEETING = /19:meeting_[0-9A-Za-z_-]+@thread\.v2/
/** Longer ones are no addresses that SharePoint gives. */
const MOST_CHARACTERS = 850
/** A hostile record must not fill the list. */
const MOST_PLACES = 50

/** What of a record, or of an item, tells of places. */
interface Telling {
  readonly resources: readonly Resource[]
  readonly setting: string | null
  readonly sessionId: string | null
  readonly contexts: readonly Context[]
}

/** The places that a record or an item tells of, each once. */
export function placesToldBy(facts: Telling): ToldPlace[] {
  const found = new Map<string, ToldPlace>()
  const add = (kind: ToldPlace['kind'], key: string): void => {
    if (key.length <= MOST_CHARACTERS && found.size < MOST_PLACES)
      found.set(`${kind} ${key}`, { kind, key })
  }
  const addAddress = (url: string | null, site: string | null, name: string | null): void => {
    if (site !== null && SHAREPOINT.test(`${site}/`)) add('site', siteKey(site))
    if (name === null && url !== null && SHAREPOINT.test(url)) {
      const key = fileKey(url)
      if (!isSite(key, site)) add('file', key)
    }
  }
  for (const { id, name, url, site, type } of facts.resources) {
    addAddress(url, site, name)
    // Of some files only the site and the id are told.
    const file = name === null && type?.toLowerCase() !== 'site' ? guid(id) : null
    if (file !== null && url !== null && site !== null && isSite(fileKey(url), site))
      addAddress(`${site}/_layouts/15/Doc.aspx?sourcedoc=${file}`, site, null)
  }
  // Where somebody asked from: the document that was open.
  for (const { id, name } of facts.contexts) if (id !== null) addAddress(id, siteOf(id), name)
  if (facts.setting !== 'meeting') return [...found.values()]
  for (const id of [facts.sessionId, ...facts.contexts.map((context) => context.id)]) {
    const thread = MEETING.exec(id ?? '')?.[0]
    if (thread !== undefined) add('meeting', thread)
  }
  return [...found.values()]
}

/** Some resources are a whole site, and of others the address tells no more. */
const isSite = (key: string, site: string | null): boolean =>
  site !== null && key.length <= MOST_CHARACTERS && siteKey(key) === siteKey(site)

/** As sites are compared: without a slash at the end, in lower case. */
export const siteKey = (site: string): string => site.replace(/\/+$/, '').toLowerCase()

/** Without query, unless that is what tells which file it is. */
export function fileKey(url: string): string {
  const address = url.replace(/[?#].*$/s, '')
  const id = SOURCE_DOCUMENT.exec(url.slice(address.length))?.[1]
  return id === undefined ? address : `${address}?sourcedoc=%7B${guid(id)?.toUpperCase() ?? id}%7D`
}
