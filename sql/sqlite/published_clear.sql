-- Empties published, as the first step of replacing it in one transaction. Inputs: none.
DELETE FROM published
