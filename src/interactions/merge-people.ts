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
  const drafts = joinTheTwoHalves(byId(tellings))
  addNamesOnly(tellings, drafts)
  const people = drafts.map(({ objectId, upn, name }) => ({ objectId, upn, name }))
  return people.length > 1 ? people.toSorted((a, b) => compare(keyOf(a), keyOf(b))) : people
}

/** What nearly every item comes to: nobody, or all records name the same person alike. null: it takes more than that. */
function onlyPerson(tellings: readonly Told[]): readonly Person[] | null {
  let only: Person | null = null
  for (const { facts } of tellings) {
    const { user } = facts
    if (user === null) continue
    if (only === null) only = user
    else if (user.objectId !== only.objectId || user.upn !== only.upn || user.name !== only.name)
      return null
  }
  if (only === null) return []
  return (only.objectId ?? only.upn ?? only.name) ? [only] : []
}

function byId(tellings: readonly Told[]): Draft[] {
  const groups = new Groups(tellings.length)
  const firstWith = new Map<string, number>()
  const meet = (key: string, index: number) => {
    const first = firstWith.get(key)
    if (first === undefined) firstWith.set(key, index)
    else groups.join(first, index)
  }
  for (const [index, { facts }] of tellings.entries()) {
    if (facts.user === null) continue
    if (facts.user.objectId !== null) meet(`o${facts.user.objectId}`, index)
    if (facts.user.upn !== null) meet(`u${facts.user.upn}`, index)
  }
  const drafts = new Map<number, Draft>()
  for (const [index, told] of tellings.entries()) {
    const { user } = told.facts
    if (user === null || (user.objectId === null && user.upn === null)) continue
    const group = groups.of(index)
    const draft = drafts.get(group)
    if (draft === undefined) drafts.set(group, { ...user, tellings: [told] })
    else {
      draft.objectId ??= user.objectId
      draft.upn ??= user.upn
      draft.name ??= user.name
      draft.tellings.push(told)
    }
  }
  return [...drafts.values()]
}

/**
 * Audit records name a user principal name, Graph items an object id. They are the same person when each side names
 * exactly one and both tell of the same prompt; two participants of a meeting stay two.
 */
function joinTheTwoHalves(drafts: Draft[]): Draft[] {
  if (drafts.length < 2) return drafts
  const byUpnOnly = drafts.filter(({ objectId }) => objectId === null)
  const byIdOnly = drafts.filter(({ upn }) => upn === null)
  const [audited] = byUpnOnly
  const [served] = byIdOnly
  if (byUpnOnly.length !== 1 || byIdOnly.length !== 1) return drafts
  if (audited === undefined || served === undefined) return drafts
  const listed = new Set<string>()
  for (const { facts } of audited.tellings) {
    if (facts.namespace !== 'audit') continue
    for (const { id } of facts.messages) listed.add(id)
  }
  const samePrompt = served.tellings.some(
    ({ facts }) =>
      facts.namespace !== 'audit' &&
      facts.messages.some(({ id, role }) => role === 'prompt' && listed.has(id)),
  )
  if (!samePrompt) return drafts
  audited.objectId = served.objectId
  audited.name ??= served.name
  return drafts.filter((draft) => draft !== served)
}

/** Who is known by a name alone is a person of their own, unless somebody in the item is called that. */
function addNamesOnly(tellings: readonly Told[], drafts: Draft[]): void {
  let names: Set<string> | null = null
  for (const { facts } of tellings) {
    const { user } = facts
    if (user === null || user.objectId !== null || user.upn !== null || user.name === null) continue
    names ??= new Set(drafts.flatMap(({ upn, name }) => [upn ?? '', (name ?? '').toLowerCase()]))
    const name = user.name.toLowerCase()
    if (name === '' || names.has(name)) continue
    names.add(name)
    drafts.push({ objectId: null, upn: null, name: user.name, tellings: [] })
  }
}

function keyOf({ objectId, upn, name }: Person): string {
  return upn ?? objectId ?? name ?? ''
}
