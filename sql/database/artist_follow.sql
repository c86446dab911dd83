-- Follows a known artist. Inputs: id.
UPDATE artists SET followed = 1 WHERE id = ?
