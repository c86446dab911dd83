-- The runs that failed and left a summary, oldest first. Grain: a run. Inputs: none.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE status = 'failed' AND summary IS NOT NULL
ORDER BY started_at, id
