-- The audio features of an imported dataset. For DuckDB alone.
-- Grain: a track. Inputs: told (the rows of all files), tracks (which row counts for it), the variable `sources` (whence
-- the rows of each file are, by its number).
-- Output: the columns of audio_features, sorted by key.
WITH sorted AS (
  SELECT told.*
  FROM tracks
  JOIN told ON told.place = tracks.features_place
  ORDER BY tracks.track_id
)
SELECT
  track_id AS id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness,
  valence, tempo, time_signature, duration_ms, getvariable('sources')[file] AS source
FROM sorted
