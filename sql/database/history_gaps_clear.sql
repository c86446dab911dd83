-- Forgets every gap of the history. Inputs: none.
DELETE FROM history_gaps
