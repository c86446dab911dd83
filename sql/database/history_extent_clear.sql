-- Forgets from when to when the history reaches. Inputs: none.
DELETE FROM history_extent
