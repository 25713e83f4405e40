import type { DatabaseSync } from 'node:sqlite'

/** A place that records name by address or id only. */
export interface PlaceRow {
  readonly kind: 'site' | 'file' | 'meeting'
  readonly key: string
  /** Object id or address of the person whose record named it; '' when nobody is known. */
  readonly person: string
}

/** Notes places; one that is known already stays as it is. */
export function placeWriter(database: DatabaseSync): (tenant: string, place: PlaceRow) => void {
  const insert = database.prepare(
    'INSERT INTO collect_places (tenant, kind, key, person) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return (tenant, { kind, key, person }) => {
    insert.run(tenant, kind, key, person)
  }
}

/** Places of one kind that were never looked up, or not since then; those that wait longest first. */
export function placesToAsk(
  database: DatabaseSync,
  tenant: string,
  kind: PlaceRow['kind'],
  { askedBefore, limit }: { readonly askedBefore: string; readonly limit: number },
): PlaceRow[] {
  return database
    .prepare(
      `SELECT key, person FROM collect_places WHERE tenant = ? AND kind = ? AND (asked_at IS NULL OR asked_at < ?)
       ORDER BY asked_at IS NOT NULL, asked_at, key LIMIT ?`,
    )
    .all(tenant, kind, askedBefore, limit)
    .map((row) => ({ kind, key: String(row['key']), person: String(row['person']) }))
}

/** Remembers when places were asked for: whatever came of it, they are not asked again before they are old. */
export function placesAsked(
  database: DatabaseSync,
  tenant: string,
  places: readonly Pick<PlaceRow, 'kind' | 'key'>[],
  at: string,
): void {
  const mark = database.prepare(
    'UPDATE collect_places SET asked_at = ? WHERE tenant = ? AND kind = ? AND key = ?',
  )
  for (const { kind, key } of places) mark.run(at, tenant, kind, key)
}
