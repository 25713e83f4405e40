import type { Catalog } from '../../catalog/catalog.ts'
import { referenceStore } from '../../catalog/reference.ts'
import { listingsOf, vanishedSince } from '../vanished.ts'
import { parseObject } from '../../platform/json-object.ts'
import type { Person } from '../../sources/feed.ts'

/** People as the directory told last; read again once something new was told. */
export class KnownPeople {
  readonly #catalog: Catalog
  readonly #tenant: string
  #people: readonly Person[] | null = null

  constructor(catalog: Catalog, tenant: string) {
    this.#catalog = catalog
    this.#tenant = tenant
  }

  changed(): void {
    this.#people = null
  }

  all(): readonly Person[] {
    return (this.#people ??= this.#read())
  }

  #read(): Person[] {
    const store = referenceStore(this.#catalog.database)
    const people = new Map<string, Person>()
    const listings = listingsOf(store, this.#tenant)
    // Oldest first: what was said last stays.
    for (const { key, body, last } of store.history(this.#tenant, 'directory', 'id:')) {
      const said = parseObject(body) ?? {}
      const { upn, mailbox, dataLocation } = said
      const id = key.slice('id:'.length)
      people.set(id, {
        id,
        upn: typeof upn === 'string' ? upn : '',
        licensed:
          said['copilotLicence'] === true &&
          said['enabled'] !== false &&
          vanishedSince(last, listings) === null,
        mailbox: typeof mailbox === 'boolean' ? mailbox : null,
        dataLocation: typeof dataLocation === 'string' ? dataLocation : null,
        licenceEnding: said['licenceEnding'] === true,
      })
    }
    return [...people.values()]
  }
}
