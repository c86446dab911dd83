-- Removes a play. Inputs: played_at, track_id.
DELETE FROM recently_played WHERE played_at = ? AND track_id = ?
