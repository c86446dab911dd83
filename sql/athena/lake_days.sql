-- Which days of the lake's tables are seen, and how many rows they have.
-- Grain: a day of a table that has rows.
-- Inputs: artists, top_tracks, audio_features, runs; for each, in this order, the day after the last and the first day.
-- Output: name (of the table), dt, total (its rows).
WITH seen AS (
  SELECT 'artists' AS name, dt FROM artists WHERE dt < ? AND dt >= ?
  UNION ALL
  SELECT 'top_tracks' AS name, dt FROM top_tracks WHERE dt < ? AND dt >= ?
  UNION ALL
  SELECT 'audio_features' AS name, dt FROM audio_features WHERE dt < ? AND dt >= ?
  UNION ALL
  SELECT 'runs' AS name, dt FROM runs WHERE dt < ? AND dt >= ?
)
SELECT name, dt, count(dt) AS total
FROM seen
GROUP BY name, dt
ORDER BY name, dt
