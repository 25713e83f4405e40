import type { Person } from './record.ts'
import { guid, word } from './fields.ts'

const USER_TYPES = [
  'Regular',
  'Reserved',
  'Admin',
  'DcAdmin',
  'System',
  'Application',
  'ServicePrincipal',
  'CustomPolicy',
  'SystemPolicy',
  'PartnerTechnician',
  'Guest',
]
const USER_TYPE_BY_NAME = new Map(USER_TYPES.map((name) => [name.toLowerCase(), name]))

/** Who acted, out of an audit record's UserId and UserKey; null when it names nobody. */
export function personOf(userId: unknown, userKey: unknown): Person | null {
  const id = word(userId)
  const key = word(userKey)
  const objectId = guid(id) ?? guid(key)
  let upn: string | null = null
  if (id !== null && id.includes('@')) upn = id.toLowerCase()
  else if (key !== null && key.includes('@') && id === null) upn = key.toLowerCase()
  // Service accounts and the like: neither a UPN nor an object id, but the only name there is.
  const name = upn === null && id !== null && guid(id) === null ? id : null
  return objectId === null && upn === null && name === null ? null : { objectId, upn, name }
}

/** User type by name ("Regular"), whether served as number, digits or name; null when absent. */
export function userTypeOf(served: unknown): string | null {
  const text = word(served)
  if (text === null) return null
  return (
    USER_TYPES[/^\d{1,2}$/.test(text) ? Number(text) : -1] ??
    USER_TYPE_BY_NAME.get(text.toLowerCase()) ??
    text
  )
}
