-- The plays of a time, in order. Grain: a play. Inputs: from, to (not included).
SELECT played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source, spotify_at, export_at, short_at,
  song, export_end, offline_at, export_id, short_end
FROM recently_played
WHERE played_at >= ? AND played_at < ?
ORDER BY played_at, track_id
