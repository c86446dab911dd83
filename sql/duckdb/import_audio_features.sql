-- The audio features of an imported dataset. For DuckDB alone.
-- Grain: a track. Inputs: told (the rows of all files), tracks (which row counts for it), files (whence a row is); no
-- parameters.
-- Output: the columns of audio_features, sorted by key.
SELECT
  tracks.track_id AS id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness,
  valence, tempo, time_signature, told.duration_ms, source
FROM tracks
JOIN told ON told.place = tracks.features_place
JOIN files ON files.file = told.file
ORDER BY tracks.track_id
