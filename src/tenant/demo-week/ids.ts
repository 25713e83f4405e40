import { hash } from 'node:crypto'

// Ids that are the same on every run: derived from a name, in the forms Microsoft uses.

/** A well-formed version 4 GUID made of a name. */
export function guidOf(name: string): string {
  const hex = hash('sha256', `demo week\0${name}`, 'hex')
  const variant = '89ab'[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? '8'
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A session id, which is the audit record's ThreadId: `19:…@thread.v2`. */
export function threadOf(name: string): string {
  return `19:${hash('sha256', `thread\0${name}`, 'base64url').slice(0, 42)}1@thread.v2`
}

/** The id of a meeting's chat: `19:meeting_…@thread.v2`. */
export function meetingThreadOf(name: string): string {
  return `19:meeting_${Buffer.from(guidOf(`meeting ${name}`)).toString('base64url')}@thread.v2`
}

/** A whole number from 0 up to, not including, `below`, that only depends on the name. */
export function numberOf(name: string, below: number): number {
  return Number.parseInt(hash('sha256', `number\0${name}`, 'hex').slice(0, 12), 16) % below
}
