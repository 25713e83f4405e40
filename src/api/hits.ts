import type { ItemRow } from '../query/item-row.ts'
import type { Unit } from '../query/search.ts'
import type { AppContext } from './context.ts'
import { itemOf } from './item-view.ts'

/** A custodian as lists show one: the name people write mail to, else what there is. */
export function custodianName(person: { readonly upn: string | null; readonly objectId: string | null; readonly name: string | null }): string {
  return person.upn ?? person.objectId ?? person.name ?? ''
}

/** An item of a result list, for people's scripts: stable names, custodians as text. */
export function itemHit(row: ItemRow): object {
  const { custodians, tenantId, sessionId, sequences, ...rest } = row
  return {
    unit: 'item',
    ...rest,
    tenant: tenantId,
    session: sessionId,
    custodians: custodians.map(custodianName),
    records: sequences.length,
    sequences,
  }
}

/** The records or interactions that matching items are made of, item by item. */
export async function unitHits(app: AppContext, rows: readonly ItemRow[], unit: Exclude<Unit, 'item'>): Promise<object[]> {
  const hits = await Promise.all(
    rows.map(async (row) => {
      const { item, records } = await itemOf(app, row.tenantId, row.id, row.sequences)
      const common = {
        item: row.id,
        tenant: row.tenantId,
        custodians: row.custodians.map(custodianName),
        surface: row.surface,
        session: row.sessionId,
      }
      if (unit === 'record') {
        return records.map(({ part, nativeId }) => ({
          unit,
          id: nativeId ?? part.identity,
          kind: part.facts.kind,
          occurredAt: part.facts.occurredAt,
          receivedAt: part.receivedAt,
          ...common,
          recordIds: nativeId === null ? [] : [nativeId],
          sequence: part.sequence,
          namespace: part.facts.namespace,
          recordType: part.facts.recordType,
          operation: part.facts.operation,
          source: part.source,
          unmapped: part.facts.unmapped,
        }))
      }
      return item.messages.map((message) => ({
        unit,
        id: message.id,
        kind: row.kind,
        role: message.role,
        occurredAt: message.at ?? row.occurredAt,
        ...common,
        recordIds: row.recordIds,
        sequences: message.sequences,
        text: message.text,
        automatic: message.automatic,
        jailbreak: message.jailbreak,
      }))
    }),
  )
  return hits.flat()
}
