-- Notes a gap of the history. Inputs: after_at, before_at, found_at.
INSERT INTO history_gaps (after_at, before_at, found_at) VALUES (?, ?, ?)
