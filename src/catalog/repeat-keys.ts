import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { explained, openDatabase, rollBack } from './database.ts'

/** One content that was seen under an identity: 106 bits of the hash of its bytes, and the record that holds it. */
export interface KnownContent {
  readonly high: number
  readonly low: number
  readonly sequence: number
}

/** What is to be remembered of one record. All numbers are integers below 2^53. */
export interface KeyEntry extends KnownContent {
  readonly key: number
  /** The first content of its identity; false: a later version, or other bytes that mean the same. */
  readonly first: boolean
}

/**
 * Which record identities the archive already holds, with which contents. Derived from the archive: it may lag behind
 * (see `watermark`) and may be deleted; it never runs ahead, or a record lost in a crash would be taken for a repeat.
 *
 * A key is 53 bits of a hash of (tenant, namespace, native id), so that it stays a plain number on both sides.
 * A collision is settled by the caller: a hit whose content differs is compared with the archived record, and the
 * next free key (`key + 1`) is used when that turns out to be another identity.
 */
export interface RepeatKeys {
  /** The first content of each known key. */
  find(keys: readonly number[]): Map<number, KnownContent>
  /** The further contents of a key: later versions, and bytes that were found to mean the same as one of them. */
  others(key: number): readonly KnownContent[]
  /** Remembers entries and the tenant's new watermark, in one transaction. */
  remember(tenant: string, entries: readonly KeyEntry[], watermark: number): void
  /** Every record of `tenant` with a sequence below this one is known. */
  watermark(tenant: string): number
  close(): void
}

/** Opens `keys.db`. `synchronous=NORMAL`: after a power cut it may be some batches old, never inconsistent. */
export function openRepeatKeys(file: string): RepeatKeys {
  const database = openDatabase(file)
  explained(file, () =>
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -131072;
      PRAGMA wal_autocheckpoint = 16000;
      CREATE TABLE IF NOT EXISTS keys (
        key INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL, sequence INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS others (
        key INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, sequence INTEGER NOT NULL,
        PRIMARY KEY (key, high, low)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS watermarks (tenant TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `),
  )
  const statements = prepare(database)

  function find(keys: readonly number[]): Map<number, KnownContent> {
    const known = new Map<number, KnownContent>()
    if (keys.length === 0) return known
    // One statement for the whole batch, in key order: neighbours in the tree are read once.
    for (const row of explained(file, () =>
      statements.find.all(`[${keys.toSorted(ascending).join()}]`),
    )) {
      known.set(Number(row['key']), content(row))
    }
    return known
  }

  function remember(tenant: string, entries: readonly KeyEntry[], watermark: number): void {
    explained(file, () => {
      database.exec('BEGIN IMMEDIATE')
      try {
        const sorted = entries.toSorted((a, b) => a.key - b.key)
        const firsts = sorted.filter(({ first }) => first)
        const many = firsts.length - (firsts.length % MANY)
        for (let at = 0; at < many; at += MANY)
          statements.putMany.run(...firsts.slice(at, at + MANY).flatMap(columnsOf))
        for (const entry of firsts.slice(many)) statements.putFirst.run(...columnsOf(entry))
        for (const entry of sorted) if (!entry.first) statements.putOther.run(...columnsOf(entry))
        statements.mark.run(tenant, watermark)
        database.exec('COMMIT')
      } catch (error) {
        rollBack(database)
        throw error
      }
    })
  }

  return {
    find,
    others: (key) => explained(file, () => statements.others.all(key)).map(content),
    remember,
    watermark: (tenant) => Number(statements.watermark.get(tenant)?.['next'] ?? 0),
    close: () => database.close(),
  }
}

/** Keys a statement: each statement costs more than the row it puts. */
const MANY = 64

const columnsOf = ({ key, high, low, sequence }: KeyEntry): number[] => [key, high, low, sequence]

const ascending = (a: number, b: number) => a - b

const content = (row: Record<string, unknown>): KnownContent => ({
  high: Number(row['high']),
  low: Number(row['low']),
  sequence: Number(row['sequence']),
})

type Name = 'find' | 'others' | 'putFirst' | 'putMany' | 'putOther' | 'mark' | 'watermark'

function prepare(database: DatabaseSync): Record<Name, StatementSync> {
  return {
    find: database.prepare(
      'SELECT k.key, k.high, k.low, k.sequence FROM json_each(?) wanted CROSS JOIN keys k ON k.key = wanted.value',
    ),
    others: database.prepare(
      'SELECT high, low, sequence FROM others WHERE key = ? ORDER BY sequence',
    ),
    putFirst: database.prepare('INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING'),
    putMany: database.prepare(
      `INSERT INTO keys VALUES ${Array.from({ length: MANY }, () => '(?, ?, ?, ?)').join()} ON CONFLICT (key) DO NOTHING`,
    ),
    putOther: database.prepare('INSERT INTO others VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
    mark: database.prepare(
      'INSERT INTO watermarks VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET next = excluded.next',
    ),
    watermark: database.prepare('SELECT next FROM watermarks WHERE tenant = ?'),
  }
}
