-- What operators vouch for where no interface shows it. Derived: the archive's activity stream holds every attestation.
CREATE TABLE attestations (
  id       TEXT PRIMARY KEY,
  tenant   TEXT NOT NULL,
  code     TEXT NOT NULL,
  says     TEXT NOT NULL CHECK (says IN ('excluded', 'present')),
  words    TEXT NOT NULL,
  actor    TEXT NOT NULL,
  at       TEXT NOT NULL
) STRICT;
CREATE INDEX attestations_by_tenant ON attestations (tenant, at);
