-- Replaces the playlist of a slot. Inputs: its columns but the slot, then the slot.
UPDATE playlist_pushes
SET playlist_id = ?, url = ?, name = ?, snapshot = ?, songs = ?, pushed_at = ?, progress = ?
WHERE slot = ?
