-- Containers: every file (or member of one) that records were taken from.
CREATE TABLE containers (
  id            TEXT PRIMARY KEY,
  tenant        TEXT,             -- the tenant that its activity entry went to; NULL when nothing was archived
  name          TEXT NOT NULL,
  shape         TEXT NOT NULL,
  encoding      TEXT NOT NULL,
  header        TEXT,
  actor         TEXT NOT NULL,
  started_at    TEXT NOT NULL,
  ended_at      TEXT,             -- NULL: the import was interrupted; the records before that are kept
  bytes         INTEGER,
  sha256        TEXT,
  read_count    INTEGER NOT NULL DEFAULT 0,
  added         INTEGER NOT NULL DEFAULT 0,
  repeated      INTEGER NOT NULL DEFAULT 0,
  versions      INTEGER NOT NULL DEFAULT 0,
  not_ai        INTEGER NOT NULL DEFAULT 0,
  unmapped      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX containers_by_start ON containers (started_at);

-- What was dropped because it is known not to be about AI, by kind: the ledger owes an account of it.
CREATE TABLE dropped (
  container     TEXT NOT NULL REFERENCES containers (id),
  kind          TEXT NOT NULL,
  count         INTEGER NOT NULL,
  PRIMARY KEY (container, kind)
) STRICT, WITHOUT ROWID;

-- Records that a container served again: packed (see sightings.ts), because an import of a whole archive again is millions.
CREATE TABLE sightings (
  id            INTEGER PRIMARY KEY,
  container     TEXT NOT NULL REFERENCES containers (id),
  tenant        TEXT NOT NULL,
  seen_at       TEXT NOT NULL,
  first_sequence INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  packed        BLOB NOT NULL
) STRICT;
CREATE INDEX sightings_by_sequence ON sightings (tenant, first_sequence, last_sequence);

CREATE TABLE tenants (
  id            TEXT PRIMARY KEY,
  added_at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
