-- Forgets an artist. Inputs: id.
DELETE FROM artists WHERE id = ?
