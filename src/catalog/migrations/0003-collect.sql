-- What is collected from tenants: what there is to fetch, what became of it, and what was measured meanwhile.
-- Instants are ISO 8601 UTC with milliseconds, so that they sort as text. Spans are half-open.

-- The feeds that were configured at some time, and their last signs of life.
CREATE TABLE collect_feeds (
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,
  since         TEXT NOT NULL,             -- first start
  configured    INTEGER NOT NULL DEFAULT 1, -- 0: it was taken out of the configuration
  planned_at    TEXT,                      -- last time its plan succeeded: the last proof of life
  fetched_at    TEXT,                      -- last time a unit of it was done
  recorded_at   TEXT,                      -- last time a record of it was recorded
  failed_at     TEXT,                      -- last failure, and its code
  error         TEXT,
  PRIMARY KEY (tenant, feed)
) STRICT, WITHOUT ROWID;

-- What feeds keep between runs: JSON by key.
CREATE TABLE collect_state (
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,
  key           TEXT NOT NULL,
  value         TEXT NOT NULL,
  PRIMARY KEY (tenant, feed, key)
) STRICT, WITHOUT ROWID;

-- A window of the ledger: of management-activity an hour of contentCreated, of the others the span that was listed.
CREATE TABLE collect_windows (
  id            INTEGER PRIMARY KEY,
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,
  scope         TEXT NOT NULL,
  from_at       TEXT NOT NULL,
  to_at         TEXT NOT NULL,
  listed_from   TEXT,                      -- the part of it that complete listings have covered so far
  listed_to     TEXT,
  listed_at     TEXT,                      -- last time that complete listings had covered all of it
  pages         INTEGER NOT NULL DEFAULT 0,
  listings      INTEGER NOT NULL DEFAULT 0,
  units         INTEGER NOT NULL DEFAULT 0,
  done          INTEGER NOT NULL DEFAULT 0,
  lost          INTEGER NOT NULL DEFAULT 0,
  refused       INTEGER NOT NULL DEFAULT 0,
  late_units    INTEGER NOT NULL DEFAULT 0, -- listed although an earlier complete listing of that moment did not show them
  records       INTEGER NOT NULL DEFAULT 0,
  bytes         INTEGER NOT NULL DEFAULT 0,
  added         INTEGER NOT NULL DEFAULT 0,
  repeated      INTEGER NOT NULL DEFAULT 0,
  versions      INTEGER NOT NULL DEFAULT 0,
  not_ai        INTEGER NOT NULL DEFAULT 0,
  unmapped      INTEGER NOT NULL DEFAULT 0,
  faults        INTEGER NOT NULL DEFAULT 0, -- places in bodies that could not be read
  state         TEXT NOT NULL DEFAULT 'open', -- open | settling | closed
  closed_at     TEXT,
  UNIQUE (tenant, feed, scope, from_at, to_at)
) STRICT;
CREATE INDEX collect_windows_open ON collect_windows (tenant, feed, to_at) WHERE state <> 'closed';

-- What was dropped as not about AI, by window and kind.
CREATE TABLE collect_dropped (
  window        INTEGER NOT NULL REFERENCES collect_windows (id) ON DELETE CASCADE,
  kind          TEXT NOT NULL,
  count         INTEGER NOT NULL,
  PRIMARY KEY (window, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE collect_units (
  id            INTEGER PRIMARY KEY,
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,
  key           TEXT NOT NULL,
  window        INTEGER NOT NULL REFERENCES collect_windows (id),
  scope         TEXT NOT NULL,
  from_at       TEXT NOT NULL,
  to_at         TEXT NOT NULL,
  available_at  TEXT,
  expires_at    TEXT,
  body          TEXT NOT NULL,             -- JSON; emptied when nothing is to be fetched any more
  state         TEXT NOT NULL,             -- pending | waiting | done | lost | refused
  attempts      INTEGER NOT NULL DEFAULT 0,
  retry_at      TEXT,                      -- not before then
  error         TEXT,                      -- code of the last failure; of lost and refused ones the reason
  listed_at     TEXT NOT NULL,
  ended_at      TEXT,
  records       INTEGER NOT NULL DEFAULT 0,
  bytes         INTEGER NOT NULL DEFAULT 0,
  added         INTEGER NOT NULL DEFAULT 0,
  repeated      INTEGER NOT NULL DEFAULT 0,
  versions      INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, feed, key)
) STRICT;
CREATE INDEX collect_units_open ON collect_units (tenant, feed, coalesce(expires_at, '9'), id)
  WHERE state IN ('pending', 'waiting');
CREATE INDEX collect_units_lost ON collect_units (tenant, from_at) WHERE state IN ('lost', 'refused');
CREATE INDEX collect_units_ended ON collect_units (ended_at) WHERE state = 'done';

-- What an operator should know until it is cleared.
CREATE TABLE collect_notices (
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,             -- a feed, or `collector`
  code          TEXT NOT NULL,
  subject       TEXT NOT NULL,
  message       TEXT NOT NULL,
  first_at      TEXT NOT NULL,
  last_at       TEXT NOT NULL,
  cleared_at    TEXT,
  PRIMARY KEY (tenant, feed, code, subject)
) STRICT, WITHOUT ROWID;

-- How late things come, as a histogram: bucket n holds what came within 2^(n/4) seconds (bucket 0: at once).
-- `measure`: `listing <feed>` (first listed after contentCreated), else `event <workload>` (available after it happened).
CREATE TABLE collect_lateness (
  tenant        TEXT NOT NULL,
  measure       TEXT NOT NULL,
  week          TEXT NOT NULL,             -- Monday of the week in which it was measured
  bucket        INTEGER NOT NULL,
  count         INTEGER NOT NULL,
  PRIMARY KEY (tenant, measure, week, bucket)
) STRICT, WITHOUT ROWID;

-- Archived records by person and UTC day of the event. Derived from the archive, up to collect_tallied.
CREATE TABLE collect_activity (
  tenant        TEXT NOT NULL,
  user          TEXT NOT NULL,             -- object id or UPN in lower case, as the records tell
  day           TEXT NOT NULL,
  audit         INTEGER NOT NULL,
  texts         INTEGER NOT NULL,
  last_at       TEXT NOT NULL,             -- last event
  received_at   TEXT NOT NULL,             -- last receipt of an audit record
  PRIMARY KEY (tenant, user, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX collect_activity_received ON collect_activity (tenant, received_at);

-- Every record with a sequence below this one is in collect_activity, collect_lateness and collect_seen.
CREATE TABLE collect_tallied (
  tenant        TEXT PRIMARY KEY,
  next          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records served, by the hour in which they became available.
CREATE TABLE collect_volume (
  tenant        TEXT NOT NULL,
  feed          TEXT NOT NULL,
  hour          TEXT NOT NULL,
  records       INTEGER NOT NULL,
  PRIMARY KEY (tenant, feed, hour)
) STRICT, WITHOUT ROWID;

-- Fields, record types and the like, and where each was seen first.
CREATE TABLE collect_seen (
  tenant        TEXT NOT NULL,
  kind          TEXT NOT NULL,             -- field | record-type | operation | surface
  name          TEXT NOT NULL,             -- `audit:CopilotEventData.AppHost`
  first_at      TEXT NOT NULL,
  sequence      INTEGER NOT NULL,          -- of a record that has it
  PRIMARY KEY (tenant, kind, name)
) STRICT, WITHOUT ROWID;
