import type { AppContext } from './context.ts'

export interface Place {
  readonly tenant: string
  readonly sequence: number
}

/** Which record `<tenant>/<sequence>` means, or a sequence alone where there is one tenant; undefined when it is neither. */
export async function placeOfSequence(app: AppContext, text: string): Promise<Place | undefined> {
  const [, named, number] = /^(?:([^/\s]+)\/)?(\d{1,12})$/.exec(text) ?? []
  const tenants = app.archives.tenants()
  const tenant = named ?? (tenants.length === 1 ? tenants[0] : undefined)
  if (number === undefined || tenant === undefined || !tenants.includes(tenant)) return undefined
  const reader = await app.archives.reader(tenant)
  await reader.refresh()
  const sequence = Number(number)
  return sequence < reader.nextSequence('records') ? { tenant, sequence } : undefined
}
