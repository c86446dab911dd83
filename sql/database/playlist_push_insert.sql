-- The first playlist of a slot. Inputs: its columns.
INSERT INTO playlist_pushes (slot, playlist_id, url, name, snapshot, songs, pushed_at, progress)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
