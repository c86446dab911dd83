-- The newest day that an import made.
-- Grain: one row; dt is null where there is none.
-- Inputs: runs; no parameters.
-- Output: dt.
SELECT max(dt) AS dt FROM runs WHERE kind = 'import' AND status = 'done'
