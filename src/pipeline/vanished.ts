import type { ReferenceStore } from '../catalog/reference.ts'

/** As the directory feed names the lists of all people; other files of people may be of some only. */
const WHOLE_LIST = 'directory/users-'

/** When whole lists of a tenant's people were taken, oldest first. */
export function listingsOf(store: Pick<ReferenceStore, 'files'>, tenant: string): string[] {
  return store
    .files()
    .filter((file) => file.tenant === tenant && file.kind === 'directory')
    .filter(({ name }) => name.startsWith(WHOLE_LIST))
    .map(({ takenAt }) => takenAt)
    .toSorted()
}

/** Since when somebody who was listed last at that time is not listed any more: the account was deleted. null: it is there. */
export function vanishedSince(last: string, listings: readonly string[]): string | null {
  return listings.find((takenAt) => takenAt > last) ?? null
}
