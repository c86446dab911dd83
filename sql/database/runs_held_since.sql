-- The runs of a kind whose lease ended, or ends, at a time or later: those that began last first. Grain: a run.
-- Inputs: the kind, the time.
SELECT id, kind, dt, owner, lease_until, progress, started_at, finished_at, status, summary, epoch
FROM runs
WHERE kind = ? AND lease_until >= ?
ORDER BY started_at DESC, id DESC
