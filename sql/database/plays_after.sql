-- The plays after one of them, in order. Grain: a play. Inputs: its played_at, again, its track_id, how many.
SELECT played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source, spotify_at, export_at, short_at,
  song, export_end, offline_at, export_id, short_end
FROM recently_played
WHERE played_at > ? OR (played_at = ? AND track_id > ?)
ORDER BY played_at, track_id
LIMIT ?
