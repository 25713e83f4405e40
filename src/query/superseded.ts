import { CodedError } from '../platform/errors.ts'
import type { Engine } from './engine.ts'

// Rows of items that were written again: `rewritten` names their ids, searches leave them out, and once writing is over
// they are deleted and the names forgotten.

/** A row counts unless its id was written again or deleted in a later, finished batch. */
export const CURRENT = `id NOT IN (SELECT id FROM rewritten WHERE batch <= {batch:UInt32})
 OR (id, batch) IN (SELECT id, max(batch) FROM rewritten WHERE batch <= {batch:UInt32} GROUP BY id HAVING NOT argMax(deleted, batch))`

/** How many names there are up to a batch. */
export async function supersededIn(engine: Engine, batch: number): Promise<number> {
  return numberOf(engine, 'SELECT count() FROM rewritten WHERE batch <= {batch:UInt32}', batch)
}

/** Not waited for: a running merge may hold it up for seconds. */
export async function beginDeleting(engine: Engine, batch: number): Promise<void> {
  await engine.run(
    `DELETE FROM items WHERE NOT (${CURRENT}) SETTINGS lightweight_deletes_sync = 0`,
    { batch },
  )
}

export async function isDeleting(engine: Engine): Promise<boolean> {
  const [row] = await engine.query(
    "SELECT count() FROM system.mutations WHERE database = currentDatabase() AND table = 'items' AND NOT is_done",
  )
  return Number(row?.[0]) > 0
}

/** Whether of every id that was written again the last row alone is left, and of the deleted ones none. */
export async function areGone(engine: Engine, batch: number): Promise<boolean> {
  try {
    const left = await numberOf(
      engine,
      'SELECT count() FROM items WHERE batch <= {batch:UInt32} AND id IN (SELECT id FROM rewritten WHERE batch <= {batch:UInt32})',
      batch,
    )
    const wanted = await numberOf(
      engine,
      `SELECT countIf(NOT gone) FROM (SELECT argMax(deleted, batch) AS gone FROM rewritten WHERE batch <= {batch:UInt32} GROUP BY id)
       SETTINGS max_bytes_before_external_group_by = 300000000`,
      batch,
    )
    return left === wanted
  } catch (error) {
    // So many that nobody can say: deleting again does no harm.
    if (error instanceof CodedError && error.code === 'INDEX_TOO_COSTLY') return false
    throw error
  }
}

async function numberOf(engine: Engine, sql: string, batch: number): Promise<number> {
  const [row] = await engine.query(sql, { batch })
  return Number(row?.[0] ?? 0)
}
