-- Renews a run's lease and changes nothing else, unless another has taken it or the run waits or is at an end.
-- Inputs: lease_until, id, the epoch that is expected.
UPDATE runs SET lease_until = ? WHERE id = ? AND epoch = ? AND status IN ('running', 'replacing')
