-- One run. Grain: a run. Inputs: id.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE id = ?
