-- How often a day's runs have changed, and the staged copy that may take its place in the lake. Grain: a day.
-- Inputs: the day.
SELECT version, written, staged FROM run_days WHERE dt = ?
