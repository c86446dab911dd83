-- The days whose plays are to be written to the lake, in order. Grain: a day. Inputs: none.
SELECT dt FROM history_days ORDER BY dt
