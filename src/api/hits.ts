import type { Role } from '../interactions/record.ts'
import type { ItemRow } from '../query/item-row.ts'
import type { Unit } from '../query/search.ts'
import type { AppContext } from './context.ts'
import { itemOf } from './item-view.ts'

/** An item of a result list: stable names, custodians as text. */
export interface ItemHit extends Omit<
  ItemRow,
  'custodians' | 'tenantId' | 'sessionId' | 'sequences' | 'occurredAt'
> {
  /** null: no record tells a time; the item is sorted by when it was received (`timeBasis`). */
  readonly occurredAt: string | null
  readonly unit: 'item'
  readonly tenant: string
  readonly session: string | null
  readonly custodians: readonly string[]
  readonly records: number
  readonly sequences: readonly number[]
}

interface HitOfItem {
  readonly id: string
  readonly kind: string
  readonly occurredAt: string | null
  /** Id of the item that it is part of. */
  readonly item: string
  readonly tenant: string
  readonly custodians: readonly string[]
  readonly surface: string | null
  readonly session: string | null
  readonly recordIds: readonly string[]
}

/** A record of a matching item. */
export interface RecordHit extends HitOfItem {
  readonly unit: 'record'
  readonly receivedAt: string
  readonly sequence: number
  readonly namespace: string
  readonly recordType: string
  readonly operation: string
  readonly source: string
  readonly unmapped: string | null
}

/** A prompt or answer of a matching item. */
export interface InteractionHit extends HitOfItem {
  readonly unit: 'interaction'
  readonly role: Role | null
  readonly sequences: readonly number[]
  readonly text: string | null
  readonly automatic: boolean | null
  readonly jailbreak: boolean | null
}

export type Hit = ItemHit | RecordHit | InteractionHit

/** A custodian as lists show one: the name people write mail to, else what there is. */
function custodianName(person: {
  readonly upn: string | null
  readonly objectId: string | null
  readonly name: string | null
}): string {
  return person.upn ?? person.objectId ?? person.name ?? ''
}

export function itemHit(row: ItemRow): ItemHit {
  const { custodians, tenantId, sessionId, sequences, occurredAt, ...rest } = row
  return {
    unit: 'item',
    ...rest,
    occurredAt: rest.timeBasis === 'received' ? null : occurredAt,
    tenant: tenantId,
    session: sessionId,
    custodians: custodians.map(custodianName),
    records: sequences.length,
    sequences,
  }
}

/** The records or interactions that matching items are made of, item by item. */
export async function unitHits(
  app: AppContext,
  rows: readonly ItemRow[],
  unit: Exclude<Unit, 'item'>,
): Promise<(RecordHit | InteractionHit)[]> {
  const hits = await Promise.all(
    rows.map(async (row): Promise<(RecordHit | InteractionHit)[]> => {
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
