import type { DatabaseSync } from 'node:sqlite'
import { explained, rollBack } from './database.ts'

/** A file of reference data as it was taken. */
export interface ReferenceFile {
  readonly id: string
  readonly tenant: string
  readonly kind: string
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly rows: number
  /** Of `rows`: people whose names the report conceals. */
  readonly concealed: number
  readonly asOf: string | null
  readonly actor: string
  readonly takenAt: string
}

export interface ListedReferenceFile extends ReferenceFile {
  readonly seen: number
  readonly lastSeenAt: string
}

/** What one file says under one key; `body` is JSON. */
interface ReferenceEntry {
  readonly key: string
  readonly kind: string
  readonly body: string
  readonly file: string
  readonly asOf: string | null
  readonly takenAt: string
}

/** What was said under a key, from one file on up to another that said it last. */
interface HistoryEntry {
  readonly key: string
  readonly body: string
  /** When the first and the last file that says so were taken. */
  readonly since: string
  readonly last: string
}

/** Reference data, with history. Written by imports; every file's exact text lies in the archive. */
export interface ReferenceStore {
  /** Keeps a file and its entries; false when the same bytes are there already, which is then noted and nothing else. */
  take(
    file: ReferenceFile,
    entries: Iterable<{ readonly key: string; readonly body: string }>,
  ): boolean
  knows(tenant: string, kind: string, sha256: string): boolean
  /** Newest first. */
  files(): readonly ListedReferenceFile[]
  /** Everything that one kind of file ever said of a tenant under keys that begin so, by key, oldest first. */
  readonly history: (tenant: string, kind: string, keysFrom: string) => readonly HistoryEntry[]
  /** What is said now under these keys in these tenants, by every kind of file; the newest saying of a kind and key only. */
  readonly lookUp: (
    tenants: readonly string[],
    keys: readonly string[],
  ) => readonly ReferenceEntry[]
}

/** A file's place in time: the day it tells of, else the day it was taken. */
const MOMENT = "coalesce(f.as_of, substr(f.taken_at, 1, 10)) || ' ' || f.taken_at"
const CURRENT = `
  SELECT e.first_file, e.body, ${MOMENT} AS moment
  FROM reference_entries e JOIN reference_files f ON f.id = e.last_file
  WHERE e.tenant = ? AND e.key = ? AND e.kind = ?
  ORDER BY moment DESC, e.first_file DESC LIMIT 1`
/** More are asked for in several questions: SQLite bounds the parameters of one. */
const MAX_KEYS = 400

export function referenceStore(database: DatabaseSync): ReferenceStore {
  const knows = (tenant: string, kind: string, sha256: string) =>
    database
      .prepare('SELECT 1 FROM reference_files WHERE tenant = ? AND kind = ? AND sha256 = ?')
      .get(tenant, kind, sha256) !== undefined
  return {
    knows,
    take: (file, entries) =>
      explained(database.location() ?? 'the catalog', () => {
        database.exec('BEGIN IMMEDIATE')
        try {
          const isNew = !knows(file.tenant, file.kind, file.sha256)
          if (isNew) {
            insertFile(database, file)
            insertEntries(database, file, entries)
          } else {
            database
              .prepare(
                'UPDATE reference_files SET seen = seen + 1, last_seen_at = ? WHERE tenant = ? AND kind = ? AND sha256 = ?',
              )
              .run(file.takenAt, file.tenant, file.kind, file.sha256)
          }
          database.exec('COMMIT')
          return isNew
        } catch (error) {
          rollBack(database)
          throw error
        }
      }),
    files: () =>
      database
        .prepare(`SELECT * FROM reference_files f ORDER BY ${MOMENT} DESC, f.id`)
        .all()
        .map(fileOf),
    history: (tenant, kind, keysFrom) =>
      database
        .prepare(
          `SELECT e.key, e.body, f.taken_at, l.taken_at AS last_at
           FROM reference_entries e JOIN reference_files f ON f.id = e.first_file JOIN reference_files l ON l.id = e.last_file
           WHERE e.tenant = ? AND e.kind = ? AND substr(e.key, 1, ?) = ? ORDER BY e.key, ${MOMENT}`,
        )
        .all(tenant, kind, keysFrom.length, keysFrom)
        .map((row) => ({
          key: String(row['key']),
          body: String(row['body']),
          since: String(row['taken_at']),
          last: String(row['last_at']),
        })),
    lookUp: (tenants, keys) => {
      const found: ReferenceEntry[] = []
      for (let at = 0; at < keys.length; at += MAX_KEYS)
        found.push(...currentEntries(database, tenants, keys.slice(at, at + MAX_KEYS)))
      return found
    },
  }
}

function insertFile(database: DatabaseSync, file: ReferenceFile): void {
  database
    .prepare(
      `INSERT INTO reference_files
         (id, tenant, kind, name, sha256, bytes, row_count, concealed, as_of, actor, taken_at, last_seen_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      file.id,
      file.tenant,
      file.kind,
      file.name,
      file.sha256,
      file.bytes,
      file.rows,
      file.concealed,
      file.asOf,
      file.actor,
      file.takenAt,
      file.takenAt,
    )
}

function insertEntries(
  database: DatabaseSync,
  { id, tenant, kind, asOf, takenAt }: ReferenceFile,
  entries: Iterable<{ readonly key: string; readonly body: string }>,
): void {
  const moment = `${asOf ?? takenAt.slice(0, 10)} ${takenAt}`
  const current = database.prepare(CURRENT)
  // A file that lists somebody twice: the first row counts.
  const insert = database.prepare(
    'INSERT INTO reference_entries (tenant, key, kind, body, first_file, last_file) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const move = database.prepare(
    'UPDATE reference_entries SET last_file = ? WHERE tenant = ? AND key = ? AND kind = ? AND first_file = ?',
  )
  for (const { key, body } of entries) {
    const known = current.get(tenant, key, kind)
    if (known === undefined || known['body'] !== body) {
      insert.run(tenant, key, kind, body, id, id)
    } else if (String(known['moment']) < moment) {
      move.run(id, tenant, key, kind, String(known['first_file']))
    }
  }
}

function currentEntries(
  database: DatabaseSync,
  tenants: readonly string[],
  keys: readonly string[],
): ReferenceEntry[] {
  if (tenants.length === 0 || keys.length === 0) return []
  const rows = database
    .prepare(
      `SELECT e.key, e.kind, e.body, f.name, f.as_of, f.taken_at
       FROM reference_entries e JOIN reference_files f ON f.id = e.last_file
       WHERE e.tenant IN (${marks(tenants)}) AND e.key IN (${marks(keys)})
       ORDER BY ${MOMENT} DESC, e.first_file DESC`,
    )
    .all(...tenants, ...keys)
  const newest = new Map<string, ReferenceEntry>()
  for (const row of rows) {
    const name = `${String(row['kind'])} ${String(row['key'])}`
    if (newest.has(name)) continue
    newest.set(name, {
      key: String(row['key']),
      kind: String(row['kind']),
      body: String(row['body']),
      file: String(row['name']),
      asOf: textOf(row['as_of']),
      takenAt: String(row['taken_at']),
    })
  }
  return [...newest.values()]
}

function fileOf(row: Record<string, unknown>): ListedReferenceFile {
  return {
    id: String(row['id']),
    tenant: String(row['tenant']),
    kind: String(row['kind']),
    name: String(row['name']),
    sha256: String(row['sha256']),
    bytes: Number(row['bytes']),
    rows: Number(row['row_count']),
    concealed: Number(row['concealed']),
    asOf: textOf(row['as_of']),
    actor: String(row['actor']),
    takenAt: String(row['taken_at']),
    seen: Number(row['seen']),
    lastSeenAt: String(row['last_seen_at']),
  }
}

const marks = (list: readonly string[]): string => list.map(() => '?').join(', ')

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
