import { cut, oneLine } from './terminal.ts'

/** A person as texts show one: the name, else the address, else the object id. */
export function personName(person: {
  readonly upn: string | null
  readonly objectId: string | null
  readonly name: string | null
}): string {
  return oneLine(person.name ?? person.upn ?? person.objectId ?? 'unknown person')
}

/** Everything that is known of a person, in a line. */
export function personInFull(person: {
  readonly upn: string | null
  readonly objectId: string | null
  readonly name: string | null
}): string {
  const known = [person.name, person.upn, person.objectId].filter((word) => word !== null)
  return known.map(oneLine).join(', ') || 'unknown person'
}

/** Where it happened: `Word, file`; a chat in Chat is said once. */
export function placeName({
  surface,
  setting,
}: {
  readonly surface: string | null
  readonly setting: string | null
}): string {
  const words = [surface, surface?.toLowerCase() === setting ? null : setting]
  return words
    .filter((word) => word !== null)
    .map(oneLine)
    .join(', ')
}

/** What is said instead of zeros about somebody whom no record names. */
export function unknownPerson(name: string): string {
  return `No searchable record names "${cut(oneLine(name), 100)}": check the spelling; "daybook report users" lists who is there`
}
