-- What is missing of the history, in order. Grain: a gap. Inputs: none.
SELECT after_at, before_at, found_at FROM history_gaps ORDER BY after_at
