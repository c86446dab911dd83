-- Adds a run.
-- Inputs: id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch.
INSERT INTO runs (id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
