-- Replaces what changes in a run, unless another has taken its lease.
-- Inputs: owner, lease_until, progress, finished_at, status, summary, id, the owner that is expected.
UPDATE runs
SET owner = ?, lease_until = ?, progress = ?, finished_at = ?, status = ?, summary = ?
WHERE id = ? AND owner = ?
