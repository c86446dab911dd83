-- Adds a play.
-- Inputs: played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source, spotify_at, export_at, short_at,
-- song, export_end, offline_at, export_id, short_end.
INSERT INTO recently_played
  (played_at, track_id, name, artist_id, artist_name, duration_ms, isrc, source, spotify_at, export_at, short_at, song,
    export_end, offline_at, export_id, short_end)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
