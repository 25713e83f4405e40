-- Sites, files and meetings that records name by address or id only, and when they were last looked up (source `context`).
-- Derived from the archive, up to collect_tallied.
CREATE TABLE collect_places (
  tenant   TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('site', 'file', 'meeting')),
  key      TEXT NOT NULL,
  -- Whose record named it first: meetings are read through somebody who was there. '' when nobody is known.
  person   TEXT NOT NULL,
  asked_at TEXT,
  PRIMARY KEY (tenant, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX collect_places_by_time ON collect_places (tenant, kind, asked_at);
