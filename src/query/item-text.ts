import type { Item } from '../interactions/item.ts'
import type { Person } from '../interactions/record.ts'
import { fold, PART, searchTail } from './text.ts'

// What of an item is searched as text, as people and as places: one answer for the rows and for the matcher.

/** Texts of an item. `all` is what the text index holds (`plain` and the tokens it needs); `prompt` and `answer` come first in it. */
export interface ItemTexts {
  readonly prompts: number
  readonly answers: number
  readonly prompt: string
  readonly answer: string
  /** Everything that is searched as text, in parts. */
  readonly plain: string
  readonly all: string
  readonly ids: readonly string[]
}

export function textsOf(item: Item): ItemTexts {
  let prompts = 0
  let answers = 0
  let prompt = ''
  let answer = ''
  let rest = ''
  const ids: string[] = []
  for (const { id, role, text } of item.messages) {
    ids.push(id)
    if (role === 'prompt') prompts += 1
    else if (role === 'answer') answers += 1
    if (text === null || text === '') continue
    if (role === 'prompt') prompt = prompt === '' ? text : `${prompt}${PART}${text}`
    else if (role === 'answer') answer = answer === '' ? text : `${answer}${PART}${text}`
    else rest += PART + text
  }
  rest += namesAsText(item)
  const plain = `${prompt}${PART}${answer}${rest}`
  const tail = searchTail(plain)
  return {
    prompts,
    answers,
    prompt,
    answer,
    plain,
    all: tail === '' ? plain : plain + PART + tail,
    ids,
  }
}

/** Names that people type as words: of persons, agents, resources, places, plug-ins; and the text of kinds without messages. */
function namesAsText(item: Item): string {
  let text = ''
  for (const { name, upn } of item.custodians) {
    if (name !== null) text += PART + name
    if (upn !== null) text += PART + upn
  }
  if (item.agent?.name) text += PART + item.agent.name
  for (const { name, url } of item.resources) {
    if (name !== null) text += PART + name
    else if (url !== null) text += PART + lastSegment(url)
  }
  for (const { id, name } of item.contexts) {
    if (name !== null) text += PART + name
    else if (id !== null && id.startsWith('http')) text += PART + lastSegment(id)
  }
  for (const plugin of item.plugins) text += PART + plugin
  if (item.text !== '') text += PART + item.text
  return text
}

/** Custodians as parallel columns, and everything by which one is asked for, folded. */
export function namesIn(people: readonly Person[]): {
  readonly upns: string[]
  readonly ids: string[]
  readonly names: string[]
  readonly users: string[]
} {
  const upns: string[] = []
  const ids: string[] = []
  const names: string[] = []
  const users: string[] = []
  for (const { upn, objectId, name } of people) {
    upns.push(upn ?? '')
    ids.push(objectId ?? '')
    names.push(name ?? '')
    if (upn !== null) add(users, upn)
    if (objectId !== null) add(users, objectId)
    if (name !== null) add(users, name)
  }
  return { upns, ids, names, users }
}

/** Everything by which an agent is asked for, folded. */
export function agentNames({ agent }: Pick<Item, 'agent'>): string[] {
  if (agent === null) return []
  const names: string[] = []
  for (const name of [agent.id, agent.key, agent.name]) {
    const value = name === null ? '' : fold(name)
    if (value !== '' && !names.includes(value)) names.push(value)
  }
  return names
}

/** Names and addresses of the files an item tells of, sites, models and finding codes, each once. */
export function placesOf(item: Item): {
  readonly files: string[]
  readonly sites: string[]
  readonly models: string[]
  readonly findings: string[]
} {
  const files: string[] = []
  const sites: string[] = []
  for (const { name, url, site } of item.resources) {
    if (name !== null) add(files, name)
    if (url !== null) {
      if (name === null) add(files, lastSegment(url))
      add(files, url)
    }
    if (site !== null) add(sites, site)
  }
  for (const { id, name } of item.contexts) {
    if (name !== null) add(files, name)
    if (id !== null && id.startsWith('http')) {
      if (name === null) add(files, lastSegment(id))
      add(files, id)
    }
  }
  const models: string[] = []
  for (const { name } of item.models) if (name !== null) add(models, name)
  const findings: string[] = []
  for (const { code } of item.findings) if (!findings.includes(code)) findings.push(code)
  return { files, sites, models, findings }
}

/** Past this many an item's list is checked for doubles no more: a hostile record must not cost a square. */
const CHECKED = 256

function add(list: string[], value: string): void {
  const folded = fold(value)
  if (folded !== '' && (list.length > CHECKED || !list.includes(folded))) list.push(folded)
}

/** The file name at the end of an address, percent-decoded where that works. */
function lastSegment(url: string): string {
  const path = url.replace(/[?#].*$/s, '').replace(/\/{1,9}$/, '')
  const segment = path.slice(path.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
