-- Forgets which days are to be written to the lake. Inputs: none.
DELETE FROM history_days
