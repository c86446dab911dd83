-- Moves the last epoch on. Inputs: none.
UPDATE run_epoch SET last = last + 1 WHERE id = 1
