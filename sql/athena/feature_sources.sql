-- Where a day's audio features come from.
-- Grain: a source.
-- Inputs: audio_features; the day.
-- Output: source, tracks (rows of the day that came from it).
WITH track_features AS (
  SELECT id, source FROM audio_features WHERE dt = ?
)
SELECT source, count(id) AS tracks
FROM track_features
GROUP BY source
ORDER BY source
