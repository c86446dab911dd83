-- Notes from when to when the history reaches. Inputs: first_at, last_at.
INSERT INTO history_extent (first_at, last_at) VALUES (?, ?)
