// A tenant on the wire, small enough for a test, and somebody who asks it as a collector would.
import type { FaultName } from './faults.ts'
import type { CloudName, EmulatorOptions } from './options.ts'
import { startTenant, type EmulatedTenant } from './server.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Null: the text is no JSON. */
  readonly json: unknown
}

export const NOON = '2026-03-04T12:00:00Z'

export async function wiredTenant(
  faults: readonly FaultName[] = [],
  cloud: CloudName = 'commercial',
  given: Partial<EmulatorOptions> = {},
): Promise<EmulatedTenant> {
  return startTenant({
    seed: 1,
    port: 0,
    rate: 1,
    start: new Date(NOON),
    people: 80,
    recordsPerDay: 400,
    backlogDays: 1,
    blobRecords: 10,
    lateness: 'usual',
    faults: new Set(faults),
    cloud,
    ...given,
  })
}

export async function answered(url: string, given: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, given)
  const text = await response.text()
  const { status, headers } = response
  try {
    const json: unknown = JSON.parse(text)
    return { status, headers, text, json }
  } catch {
    return { status, headers, text, json: null }
  }
}

export async function askToken(
  { url, tenantId, clientId, secret }: EmulatedTenant,
  given: Readonly<Record<string, string>> = {},
  path = 'oauth2/v2.0/token',
  login = 'login.microsoftonline.com',
): Promise<Answer> {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    ...('client_assertion' in given ? {} : { client_secret: secret }),
    scope: 'https://manage.office.com/.default',
    ...given,
  }
  return answered(`${url}/${login}/${tenantId}/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
}

export function tokenIn({ json }: Answer): string {
  const token = typeof json === 'object' && json !== null && 'access_token' in json ? json : null
  if (typeof token?.access_token !== 'string') throw new Error('there is no token')
  return token.access_token
}
