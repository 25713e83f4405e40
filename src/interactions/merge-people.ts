import { compare, type Told } from './merge-told.ts'
import type { Person } from './record.ts'
import { Groups } from './reconcile-groups.ts'

interface Draft {
  objectId: string | null
  upn: string | null
  name: string | null
  readonly tellings: Told[]
}

/**
 * Every person the records name, each once: the same object id or the same user principal name is the same person.
 * Sorted by user principal name, else object id, else name.
 */
export function mergePeople(tellings: readonly Told[]): readonly Person[] {
  const only = onlyPerson(tellings)
  if (only !== null) return only
  const mentions = mentionsIn(tellings)
  const drafts = joinTheTwoHalves(byId(mentions))
  addNamesOnly(mentions, drafts)
  const people = drafts.map(({ objectId, upn, name }) => ({ objectId, upn, name }))
  return people.length > 1 ? people.toSorted((a, b) => compare(keyOf(a), keyOf(b))) : people
}

/** One record naming one person: who acted, or whose history it was served from. */
interface Mention {
  readonly person: Person
  readonly told: Told
}

function mentionsIn(tellings: readonly Told[]): Mention[] {
  const mentions: Mention[] = []
  for (const told of tellings) {
    const { user, custodian } = told.facts
    if (user !== null) mentions.push({ person: user, told })
    if (custodian !== undefined && custodian !== user) mentions.push({ person: custodian, told })
  }
  return mentions
}

/** What nearly every item comes to: nobody, or all records name the same person alike. null: it takes more than that. */
function onlyPerson(tellings: readonly Told[]): readonly Person[] | null {
  let only: Person | null = null
  for (const { facts } of tellings) {
    const { user, custodian } = facts
    if (custodian !== undefined && custodian !== user) return null
    if (user === null) continue
    if (only === null) only = user
    else if (user.objectId !== only.objectId || user.upn !== only.upn || user.name !== only.name)
      return null
  }
  if (only === null) return []
  return (only.objectId ?? only.upn ?? only.name) ? [only] : []
}

function byId(mentions: readonly Mention[]): Draft[] {
  const groups = new Groups(mentions.length)
  const firstWith = new Map<string, number>()
  const meet = (key: string, index: number) => {
    const first = firstWith.get(key)
    if (first === undefined) firstWith.set(key, index)
    else groups.join(first, index)
  }
  for (const [index, { person }] of mentions.entries()) {
    if (person.objectId !== null) meet(`o${person.objectId}`, index)
    if (person.upn !== null) meet(`u${person.upn}`, index)
  }
  const drafts = new Map<number, Draft>()
  for (const [index, { person, told }] of mentions.entries()) {
    if (person.objectId === null && person.upn === null) continue
    const group = groups.of(index)
    const draft = drafts.get(group)
    if (draft === undefined) drafts.set(group, { ...person, tellings: [told] })
    else {
      draft.objectId ??= person.objectId
      draft.upn ??= person.upn
      draft.name ??= person.name
      draft.tellings.push(told)
    }
  }
  return [...drafts.values()]
}

/**
 * Audit records name a user principal name, Graph items an object id. They are the same person when each side names
 * exactly one and both tell of the same prompt, or when the prompt was served from that person's own history; two
 * participants of a meeting stay two.
 */
function joinTheTwoHalves(drafts: Draft[]): Draft[] {
  if (drafts.length < 2) return drafts
  const byUpnOnly = drafts.filter(({ objectId }) => objectId === null)
  const byIdOnly = drafts.filter(({ upn }) => upn === null)
  const [named] = byUpnOnly
  const [numbered] = byIdOnly
  if (byUpnOnly.length !== 1 || byIdOnly.length !== 1) return drafts
  if (named === undefined || numbered === undefined) return drafts
  if (!tellOfTheSamePrompt(named, numbered)) return drafts
  named.objectId = numbered.objectId
  named.name ??= numbered.name
  return drafts.filter((draft) => draft !== numbered)
}

function tellOfTheSamePrompt(named: Draft, numbered: Draft): boolean {
  const listed = new Set<string>()
  const histories = new Set<Told>()
  for (const told of named.tellings) {
    const { messages, namespace } = told.facts
    // An eDiscovery row of a prompt names its sender, by address as audit records do.
    if (namespace === 'ediscovery') {
      for (const { id, role } of messages) if (role === 'prompt') listed.add(id)
    } else if (namespace !== 'audit') histories.add(told)
    else for (const { id } of messages) listed.add(id)
  }
  return numbered.tellings.some((told) => {
    const { messages, namespace, setting } = told.facts
    if (namespace === 'audit') return false
    if (histories.has(told) && setting !== 'meeting') return true
    return messages.some(({ id, role }) => role === 'prompt' && listed.has(id))
  })
}

/** Who is known by a name alone is a person of their own, unless somebody in the item is called that. */
function addNamesOnly(mentions: readonly Mention[], drafts: Draft[]): void {
  let names: Set<string> | null = null
  for (const { person } of mentions) {
    if (person.objectId !== null || person.upn !== null || person.name === null) continue
    names ??= new Set(drafts.flatMap(({ upn, name }) => [upn ?? '', (name ?? '').toLowerCase()]))
    const name = person.name.toLowerCase()
    if (name === '' || names.has(name)) continue
    names.add(name)
    drafts.push({ objectId: null, upn: null, name: person.name, tellings: [] })
  }
}

function keyOf({ objectId, upn, name }: Person): string {
  return upn ?? objectId ?? name ?? ''
}
