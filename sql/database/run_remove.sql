-- Removes a run that is done. Inputs: id.
DELETE FROM runs WHERE id = ? AND status = 'done'
