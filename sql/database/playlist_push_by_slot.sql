-- The playlist of a slot. Grain: a slot. Inputs: slot.
SELECT slot, playlist_id, url, name, snapshot, songs, pushed_at, progress
FROM playlist_pushes
WHERE slot = ?
