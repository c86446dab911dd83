-- Gives a run that is not done to a new holder, unless another has taken it.
-- Inputs: owner, lease_until, progress, finished_at, status, summary, epoch, id, the epoch that is expected.
UPDATE runs
SET owner = ?, lease_until = ?, progress = ?, finished_at = ?, status = ?, summary = ?, epoch = ?
WHERE id = ? AND epoch = ? AND status <> 'done'
