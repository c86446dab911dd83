-- The audio features of a day.
-- Grain: a track.
-- Inputs: audio_features; the day.
-- Output: the columns of audio_features.
SELECT
  id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence, tempo,
  time_signature, duration_ms, source
FROM audio_features
WHERE dt = ?
ORDER BY id
