-- The newest audio features that an earlier collection fetched, so that no track is asked for twice.
-- Grain: a track.
-- Inputs: runs, audio_features; the day, twice: only days before it count.
-- Output: the columns of audio_features, the source that they had then.
WITH collected AS (
  SELECT DISTINCT dt FROM runs WHERE dt < ? AND kind = 'collection' AND status = 'done'
),
known AS (
  SELECT
    id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
    tempo, time_signature, duration_ms, source, dt
  FROM audio_features
  WHERE dt < ?
),
newest AS (
  SELECT known.*, ROW_NUMBER() OVER (PARTITION BY known.id ORDER BY known.dt DESC) AS age
  FROM known
  JOIN collected ON collected.dt = known.dt
)
SELECT
  id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
  tempo, time_signature, duration_ms, source
FROM newest
WHERE age = 1
ORDER BY id
