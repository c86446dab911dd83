-- The plays of songs whose id is not known, in order. Grain: a play. Inputs: none.
SELECT played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source, spotify_at, export_at, short_at,
  song, export_end, offline_at, export_id, short_end
FROM recently_played
WHERE track_id >= 'unknown:' AND track_id < 'unknown;'
ORDER BY played_at, track_id
