-- Fencing: each holder of a run has an epoch of its own, and the lake's copy of a day's runs has versions.
ALTER TABLE runs ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;

CREATE TABLE run_epoch (
  id INTEGER NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO run_epoch (id, last) VALUES (1, 0);

CREATE TABLE run_days (
  dt TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  written INTEGER NOT NULL,
  staged TEXT
) WITHOUT ROWID;
