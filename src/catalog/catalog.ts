import type { DatabaseSync } from 'node:sqlite'
import { explained, openDatabase, rollBack } from './database.ts'
import { migrate } from './migrate.ts'
import { packSightings, unpackSightings, type Sighting } from './sightings.ts'

export interface Counts {
  readonly read: number
  readonly added: number
  readonly repeated: number
  readonly versions: number
  readonly notAi: number
  readonly unmapped: number
}

export interface ContainerStart {
  readonly id: string
  readonly name: string
  readonly shape: string
  readonly encoding: string
  readonly header: string | null
  readonly actor: string
  readonly startedAt: string
  /** The unit of a feed that it was fetched for. */
  readonly unit?: number | null
}

export interface ContainerEnd {
  readonly id: string
  readonly tenant: string | null
  readonly endedAt: string
  readonly bytes: number
  readonly sha256: string
  readonly counts: Counts
  readonly dropped: ReadonlyMap<string, number>
}

interface ContainerRow {
  readonly id: string
  readonly tenant: string | null
  readonly name: string
  readonly shape: string
  readonly encoding: string
  readonly header: string | null
  readonly actor: string
  readonly startedAt: string
  readonly endedAt: string | null
  readonly bytes: number | null
  readonly sha256: string | null
  readonly counts: Counts
}

interface Settled {
  readonly starts: readonly ContainerStart[]
  readonly seen: readonly Seen[]
  readonly ends: readonly ContainerEnd[]
}

/** Records of one tenant that one container served again. */
export interface Seen {
  readonly container: string
  readonly tenant: string
  readonly list: readonly Sighting[]
}

/** Small, transactional state: what was imported when, what was seen again, which tenants there are. */
export interface Catalog {
  readonly database: DatabaseSync
  startContainers(containers: readonly ContainerStart[]): void
  endContainers(ends: readonly ContainerEnd[]): void
  container(id: string): ContainerRow | null
  containers(limit: number): readonly ContainerRow[]
  /** The last files that people imported: without the answers that a collector took in. */
  imports(limit: number): readonly ContainerRow[]
  /** What was dropped as not about AI, over all imports, most frequent first. */
  dropped(): readonly { readonly kind: string; readonly count: number }[]
  /** What became of a batch: what was begun, seen again and ended; in one transaction, since each waits for the disk. */
  settle(batch: Settled, at: string): void
  /** Headers of containers that have one (CSV, query answers): without them their rows cannot be read again. */
  headers(): readonly { readonly id: string; readonly shape: string; readonly header: string }[]
  /** When and from where a record was served again. */
  sightingsOf(
    tenant: string,
    sequence: number,
  ): readonly { readonly container: string; readonly seenAt: string; readonly sameBytes: boolean }[]
  tenants(): readonly string[]
  addTenant(id: string, at: string): void
  close(): void
}

/** Opens (or makes) the catalog in WAL mode with `synchronous=FULL`: what it says is on the disk, is. */
export function openCatalog(file: string): Catalog {
  const database = openDatabase(file)
  explained(file, () => {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    migrate(database)
  })
  const run = <T>(work: () => T): T => explained(file, work)
  const inTransaction = (work: () => void) =>
    run(() => {
      database.exec('BEGIN IMMEDIATE')
      try {
        work()
        database.exec('COMMIT')
      } catch (error) {
        rollBack(database)
        throw error
      }
    })

  return {
    database,
    startContainers: (containers) => {
      if (containers.length > 0) inTransaction(() => startContainers(database, containers))
    },
    endContainers: (ends) => {
      if (ends.length > 0) inTransaction(() => ends.forEach((end) => endContainer(database, end)))
    },
    headers: () =>
      database
        .prepare('SELECT id, shape, header FROM containers WHERE header IS NOT NULL')
        .all()
        .map(({ id, shape, header }) => ({
          id: String(id),
          shape: String(shape),
          header: String(header),
        })),
    container: (id) => {
      const row = database.prepare('SELECT * FROM containers WHERE id = ?').get(id)
      return row === undefined ? null : containerRow(row)
    },
    containers: (limit) =>
      database
        .prepare('SELECT * FROM containers ORDER BY started_at DESC, id DESC LIMIT ?')
        .all(limit)
        .map(containerRow),
    imports: (limit) =>
      database
        .prepare(
          // As the index says it.
          `SELECT * FROM containers WHERE actor <> 'daybook:collect' ORDER BY started_at DESC, id DESC LIMIT ?`,
        )
        .all(limit)
        .map(containerRow),
    dropped: () =>
      database
        .prepare(
          'SELECT kind, sum(count) AS count FROM dropped GROUP BY kind ORDER BY count DESC, kind',
        )
        .all()
        .map((row) => ({ kind: String(row['kind']), count: Number(row['count']) })),
    settle: ({ starts, seen, ends }, at) => {
      if (starts.length + seen.length + ends.length === 0) return
      inTransaction(() => {
        startContainers(database, starts)
        addSightings(database, seen, at)
        for (const end of ends) endContainer(database, end)
      })
    },
    sightingsOf: (tenant, sequence) =>
      database
        .prepare(
          'SELECT container, seen_at, packed FROM sightings WHERE tenant = ? AND first_sequence <= ? AND last_sequence >= ?',
        )
        .all(tenant, sequence, sequence)
        .flatMap((row) =>
          unpackSightings(row['packed'] instanceof Uint8Array ? row['packed'] : new Uint8Array())
            .filter((sighting) => sighting.sequence === sequence)
            .map((sighting) => ({
              container: String(row['container']),
              seenAt: String(row['seen_at']),
              sameBytes: sighting.differs === null,
            })),
        ),
    tenants: () =>
      database
        .prepare('SELECT id FROM tenants ORDER BY id')
        .all()
        .map((row) => String(row['id'])),
    addTenant: (id, at) =>
      run(() =>
        database.prepare('INSERT INTO tenants VALUES (?, ?) ON CONFLICT DO NOTHING').run(id, at),
      ),
    close: () => database.close(),
  }
}

function startContainers(database: DatabaseSync, containers: readonly ContainerStart[]): void {
  const insert = database.prepare(
    'INSERT INTO containers (id, name, shape, encoding, header, actor, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const fetchedFor = database.prepare('INSERT INTO collect_containers VALUES (?, ?)')
  for (const c of containers) {
    insert.run(c.id, c.name, c.shape, c.encoding, c.header, c.actor, c.startedAt)
    if (c.unit !== undefined && c.unit !== null) fetchedFor.run(c.id, c.unit)
  }
}

function addSightings(database: DatabaseSync, seen: readonly Seen[], seenAt: string): void {
  const insert = database.prepare(
    'INSERT INTO sightings (container, tenant, seen_at, first_sequence, last_sequence, packed) VALUES (?, ?, ?, ?, ?, ?)',
  )
  for (const { container, tenant, list } of seen) {
    const sequences = list.map(({ sequence }) => sequence)
    const [first, last] = [Math.min(...sequences), Math.max(...sequences)]
    insert.run(container, tenant, seenAt, first, last, packSightings(list))
  }
}

function endContainer(database: DatabaseSync, end: ContainerEnd): void {
  const { counts } = end
  database
    .prepare(
      `UPDATE containers SET tenant = ?, ended_at = ?, bytes = ?, sha256 = ?,
         read_count = ?, added = ?, repeated = ?, versions = ?, not_ai = ?, unmapped = ? WHERE id = ?`,
    )
    .run(
      end.tenant,
      end.endedAt,
      end.bytes,
      end.sha256,
      counts.read,
      counts.added,
      counts.repeated,
      counts.versions,
      counts.notAi,
      counts.unmapped,
      end.id,
    )
  const drop = database.prepare('INSERT INTO dropped VALUES (?, ?, ?)')
  for (const [kind, count] of end.dropped) drop.run(end.id, kind, count)
}

function containerRow(row: Record<string, unknown>): ContainerRow {
  const text = (name: string) => textOf(row[name])
  const number = (name: string) => (row[name] === null ? null : Number(row[name]))
  return {
    id: String(row['id']),
    tenant: text('tenant'),
    name: String(row['name']),
    shape: String(row['shape']),
    encoding: String(row['encoding']),
    header: text('header'),
    actor: String(row['actor']),
    startedAt: String(row['started_at']),
    endedAt: text('ended_at'),
    bytes: number('bytes'),
    sha256: text('sha256'),
    counts: {
      read: Number(row['read_count']),
      added: Number(row['added']),
      repeated: Number(row['repeated']),
      versions: Number(row['versions']),
      notAi: Number(row['not_ai']),
      unmapped: Number(row['unmapped']),
    },
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
