-- Reference data: usage reports, agent packages, directory exports. Derived from the archive's activity stream, which
-- holds every file's exact text: these tables can be rebuilt from it.

CREATE TABLE reference_files (
  id           TEXT PRIMARY KEY,
  tenant       TEXT NOT NULL,
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  sha256       TEXT NOT NULL,
  bytes        INTEGER NOT NULL,
  row_count    INTEGER NOT NULL,
  concealed    INTEGER NOT NULL,
  -- The day the file tells of; NULL when it does not say.
  as_of        TEXT,
  actor        TEXT NOT NULL,
  taken_at     TEXT NOT NULL,
  -- How often the same bytes came, and when last.
  seen         INTEGER NOT NULL DEFAULT 1,
  last_seen_at TEXT NOT NULL,
  UNIQUE (tenant, kind, sha256)
) STRICT;

-- What a file says under one key (`id:…` and `upn:…` of a person, `agent:…`, `figures:…`). With history: a later file
-- that says the same only moves `last_file`; one that says something else adds a row.
CREATE TABLE reference_entries (
  tenant     TEXT NOT NULL,
  key        TEXT NOT NULL,
  kind       TEXT NOT NULL,
  body       TEXT NOT NULL,
  first_file TEXT NOT NULL REFERENCES reference_files (id),
  last_file  TEXT NOT NULL REFERENCES reference_files (id),
  PRIMARY KEY (tenant, key, kind, first_file)
) STRICT, WITHOUT ROWID;
