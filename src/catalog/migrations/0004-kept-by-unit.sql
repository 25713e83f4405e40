-- Which unit a container's records were fetched for. With it, what a unit brought is counted from the archive: a fetch
-- that was killed or failed half-way, and its repetition, together count as what they were.
CREATE TABLE collect_containers (
  container     TEXT PRIMARY KEY,
  unit          INTEGER NOT NULL REFERENCES collect_units (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX collect_containers_by_unit ON collect_containers (unit);

-- Archived records that came with the unit, by all tries, up to collect_tallied; of a window, `added` is the sum.
ALTER TABLE collect_units ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
