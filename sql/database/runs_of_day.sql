-- The runs of a day, oldest first. Grain: a run. Inputs: the day.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE dt = ?
ORDER BY started_at, id
