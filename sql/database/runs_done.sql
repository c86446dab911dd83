-- The runs of a kind that are done, the last first. Grain: a run. Inputs: the kind.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE kind = ? AND status = 'done'
ORDER BY finished_at DESC, id DESC
