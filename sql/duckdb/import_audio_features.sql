-- The audio features of an imported dataset. For DuckDB alone.
-- Grain: a track. Inputs: given_features (of a track that stands several times, the first counts), given_files; no
-- parameters.
-- Output: the columns of audio_features, sorted by key.
WITH first_features AS (
  SELECT id, min(read_order) AS read_order FROM given_features GROUP BY id
)
SELECT
  given_features.id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness,
  valence, tempo, time_signature, duration_ms, source
FROM given_features
JOIN first_features
  ON first_features.id = given_features.id AND first_features.read_order = given_features.read_order
JOIN given_files ON given_files.file = given_features.file
ORDER BY given_features.id
