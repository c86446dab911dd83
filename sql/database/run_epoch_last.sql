-- The last epoch. Grain: one row. Inputs: none.
SELECT last FROM run_epoch WHERE id = 1
