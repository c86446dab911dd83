-- The runs that are not at an end, oldest first. Grain: a run. Inputs: none.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE status IN ('running', 'waiting', 'replacing')
ORDER BY started_at, id
