-- Signs of blind spots in archived records (interactions/blind-spot-signs.ts): what coverage rests on where no interface
-- shows that something is missing. Derived from the archive, up to collect_tallied.
CREATE TABLE collect_signs (
  tenant   TEXT NOT NULL,
  code     TEXT NOT NULL,
  -- Id of the agent; '' for the whole tenant.
  subject  TEXT NOT NULL,
  at       TEXT NOT NULL,
  says     TEXT NOT NULL CHECK (says IN ('excluded', 'present')),
  -- Of a record that gives it away.
  sequence INTEGER NOT NULL,
  PRIMARY KEY (tenant, code, subject, at)
) STRICT, WITHOUT ROWID;
