-- The run that is served. Grain: one row; none before the first. Inputs: none.
SELECT run_id, dt, method, parameters FROM published
