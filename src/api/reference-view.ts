import { referenceStore } from '../catalog/reference.ts'
import type { Item } from '../interactions/item.ts'
import type { Person } from '../interactions/record.ts'
import {
  referenceNames,
  type ReferenceNames,
  type ReferencePersonSaying,
  type ReferencePlaceSaying,
  type ReferenceSaying,
} from '../interactions/reference/names.ts'
import { placesToldBy as placesOfItem } from '../interactions/places-told.ts'
import type { AppContext } from './context.ts'

/** What reference data adds to an item. It is no part of the item: no record says it. */
export interface ItemReference {
  /** For an agent of which the records give an id only, or another name. */
  readonly agent: ReferenceSaying | null
  readonly people: readonly ({ readonly person: Person } & ReferencePersonSaying)[]
  /** Names of sites, files and meetings of which the records give an address or id only. */
  readonly places: readonly ReferencePlaceSaying[]
}

/** Names by reference data, for one answer or one report. */
export function namesOf(app: Pick<AppContext, 'catalog'>): ReferenceNames {
  return referenceNames(referenceStore(app.catalog.database).lookUp)
}

/** Null when reference data says nothing that concerns the item. */
export function referenceOf(names: ReferenceNames, item: Item): ItemReference | null {
  const { tenantId, agent, custodians } = item
  const agentId = agent?.id ?? agent?.appIdentity ?? null
  const saying = agentId === null ? null : names.agent(tenantId, agentId)
  const people = custodians.flatMap((person) => {
    const said = names.person(tenantId, person)
    return said === null ? [] : [{ person, ...said }]
  })
  const places = placesOfItem(item).flatMap(({ kind, key }) => {
    const said = names.place(tenantId, kind, key)
    return said === null || said.name === null ? [] : [said]
  })
  if (saying === null && people.length === 0 && places.length === 0) return null
  return { agent: saying, people, places }
}
