import { isFields, parsedFields, word } from '../fields.ts'
import type { Flag } from '../record.ts'
import { agentKeysOf } from './agent.ts'
import { agentEntryKey, personKeysOf, placeEntryKey } from './keys.ts'
import { placeKey } from './place.ts'
import type { ReferencePlace } from './record.ts'

/** What reference data says of an agent or a person, and which file says it. */
export interface ReferenceSaying {
  readonly name: string | null
  readonly file: string
  /** The day the file tells of, else the day it was imported. */
  readonly asOf: string
}

export interface ReferencePersonSaying extends ReferenceSaying {
  readonly copilotLicence: Flag
  readonly department: string | null
  readonly lastActivity: string | null
}

/** Names for what records give only ids of. It answers null rather than guess. */
export interface ReferenceNames {
  agent(tenant: string, id: string): ReferenceSaying | null
  person(
    tenant: string,
    person: { readonly objectId: string | null; readonly upn: string | null },
  ): ReferencePersonSaying | null
  place(tenant: string, kind: ReferencePlace['kind'], key: string): ReferencePlaceSaying | null
}

/** What a look-up found under the address of a site or file, or the id of a meeting. */
export interface ReferencePlaceSaying extends ReferenceSaying {
  readonly kind: ReferencePlace['kind']
  readonly key: string
  readonly url: string | null
  readonly at: string | null
}

interface Entry {
  readonly key: string
  readonly kind: string
  readonly body: string
  readonly file: string
  readonly asOf: string | null
  readonly takenAt: string
}

/** The catalog's look-up: the newest entry of each kind under each key. */
export type ReferenceLookUp = (
  tenants: readonly string[],
  keys: readonly string[],
) => readonly Entry[]

/** Files that name no tenant lie here; ids of the directory are the same in the whole world. */
const UNASSIGNED = 'unassigned'
/** A directory knows people better than a report does. */
const RANK: Readonly<Record<string, number>> = { directory: 0, packages: 1, 'usage-report': 2 }

/** Answers are remembered: make one for each answer or report, not one for the life of a process. */
export function referenceNames(lookUp: ReferenceLookUp): ReferenceNames {
  const agents = new Map<string, ReferenceSaying | null>()
  const people = new Map<string, ReferencePersonSaying | null>()
  const places = new Map<string, ReferencePlaceSaying | null>()
  const entries = (tenant: string, keys: readonly string[]) =>
    lookUp(tenant === UNASSIGNED ? [tenant] : [tenant, UNASSIGNED], keys).toSorted(
      (a, b) =>
        (RANK[a.kind] ?? 9) - (RANK[b.kind] ?? 9) || keys.indexOf(a.key) - keys.indexOf(b.key),
    )
  return {
    agent: (tenant, id) =>
      remembered(agents, `${tenant} ${id}`, () =>
        agentSaying(entries(tenant, agentKeysOf(id).map(agentEntryKey))),
      ),
    person: (tenant, { objectId, upn }) =>
      remembered(people, `${tenant} ${objectId ?? ''} ${upn ?? ''}`, () =>
        personSaying(entries(tenant, personKeysOf(objectId, upn))),
      ),
    place: (tenant, kind, key) =>
      remembered(places, `${tenant} ${kind} ${key}`, () => {
        const [entry] = entries(tenant, [placeEntryKey(kind, placeKey(kind, key))])
        const body = entry === undefined ? null : parsedFields(entry.body)
        if (entry === undefined || body === null) return null
        const [name, url, at] = [word(body['name']), word(body['url']), word(body['at'])]
        return { kind, key, name, url, at, ...sourceOf(entry) }
      }),
  }
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

function agentSaying(entries: readonly Entry[]): ReferenceSaying | null {
  for (const entry of entries) {
    const name = word(parsedFields(entry.body)?.['name'])
    if (name !== null) return { name, ...sourceOf(entry) }
  }
  return null
}

/** The name from the best file that has one; each further fact from the best file that tells it. */
function personSaying(entries: readonly Entry[]): ReferencePersonSaying | null {
  const bodies = entries.flatMap((entry) => {
    const body = parsedFields(entry.body)
    return isFields(body) && body['concealed'] !== true ? [{ entry, body }] : []
  })
  const [best] = bodies.toSorted(
    (a, b) => Number(word(a.body['name']) === null) - Number(word(b.body['name']) === null),
  )
  if (best === undefined) return null
  const first = (field: string) =>
    bodies.map(({ body }) => word(body[field])).find((value) => value !== null) ?? null
  const licences = bodies.map(({ body }) => body['copilotLicence'])
  return {
    name: word(best.body['name']),
    ...sourceOf(best.entry),
    copilotLicence: flagOf(licences.find((one) => typeof one === 'boolean')),
    department: first('department'),
    lastActivity: first('lastActivity'),
  }
}

const flagOf = (value: unknown): Flag => (typeof value === 'boolean' ? value : null)

function sourceOf({ file, asOf, takenAt }: Entry): Pick<ReferenceSaying, 'file' | 'asOf'> {
  return { file, asOf: asOf ?? takenAt.slice(0, 10) }
}
