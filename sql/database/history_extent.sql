-- From when to when the history reaches. Grain: one row, or none where it is empty. Inputs: none.
SELECT first_at, last_at FROM history_extent
