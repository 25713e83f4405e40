import { fieldsOf, graphSpelled, guid, isFields, type Fields } from './fields.ts'

/** A change notification whose content is there in the clear, and the item in it. */
interface Notified {
  readonly item: Fields
  /** Whose the subscription is. */
  readonly tenantId: string | null
}

/** Where collectors put what they have decrypted. */
const HOLDERS = ['decryptedContent', 'decryptedResourceData', 'resourceData'] as const
const MAX_BYTES = 8 * 1024 * 1024

/** The aiInteraction in a notification; null for everything else, also for a notification that only names its item. */
export function notifiedItem(fields: Fields): Notified | null {
  if (fields['subscriptionId'] === undefined && fields['changeType'] === undefined) return null
  for (const holder of HOLDERS) {
    const held = fieldsOf(fields[holder])
    if (held === null) continue
    const item = graphSpelled(held)
    if (item['sessionId'] === undefined && item['interactionType'] === undefined) continue
    return { item, tenantId: guid(fields['tenantId']) }
  }
  return null
}

/** The same of an object that is still bytes; only asked of what its keys call a notification. */
export function holdsNotifiedItem(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_BYTES) return false
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
    const parsed: unknown = JSON.parse(text)
    return isFields(parsed) && notifiedItem(parsed) !== null
  } catch {
    return false // cut, or no JSON: its keys decide alone
  }
}
