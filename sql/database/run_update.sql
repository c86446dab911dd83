-- Replaces what changes in a run, unless another has taken it or it is at an end.
-- Inputs: owner, lease_until, progress, finished_at, status, summary, epoch, id, the epoch that is expected.
UPDATE runs
SET owner = ?, lease_until = ?, progress = ?, finished_at = ?, status = ?, summary = ?, epoch = ?
WHERE id = ? AND epoch = ? AND status IN ('running', 'waiting', 'replacing')
