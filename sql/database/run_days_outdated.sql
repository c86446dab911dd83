-- The days whose runs have changed since the lake had them. Grain: a day. Inputs: none.
SELECT dt FROM run_days WHERE written < version ORDER BY dt
