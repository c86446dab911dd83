-- The ruler of a day: the smallest and the largest value of each feature over its tracks.
-- Grain: one row.
-- Inputs: audio_features; the day.
-- Output: tracks (rows of the day), and <feature>_min and <feature>_max, null where no track has a value.
WITH track_features AS (
  SELECT
    id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
    tempo
  FROM audio_features
  WHERE dt = ?
)
SELECT
  count(id) AS tracks,
  min(danceability) AS danceability_min,
  max(danceability) AS danceability_max,
  min(energy) AS energy_min,
  max(energy) AS energy_max,
  min("key") AS key_min,
  max("key") AS key_max,
  min(loudness) AS loudness_min,
  max(loudness) AS loudness_max,
  min(mode) AS mode_min,
  max(mode) AS mode_max,
  min(speechiness) AS speechiness_min,
  max(speechiness) AS speechiness_max,
  min(acousticness) AS acousticness_min,
  max(acousticness) AS acousticness_max,
  min(instrumentalness) AS instrumentalness_min,
  max(instrumentalness) AS instrumentalness_max,
  min(liveness) AS liveness_min,
  max(liveness) AS liveness_max,
  min(valence) AS valence_min,
  max(valence) AS valence_max,
  min(tempo) AS tempo_min,
  max(tempo) AS tempo_max
FROM track_features
