-- Which rows of an imported dataset count for a track. For DuckDB alone.
-- Grain: a track. Inputs: told (the rows of all files), no parameters.
-- Output: track_id, place (of the first row with its name or popularity), features_place (of the first row with one of its
-- features), popularity (the first that a row tells), duration_ms (the longest that a row tells).
SELECT
  track_id,
  coalesce(min(place) FILTER (WHERE coalesce(track_name, CAST(popularity AS VARCHAR)) IS NOT NULL), min(place)) AS place,
  min(place) FILTER (
    WHERE coalesce(
      danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo, "key", mode
    ) IS NOT NULL
  ) AS features_place,
  arg_min(popularity, place) AS popularity,
  max(duration_ms) AS duration_ms
FROM told
WHERE wrong IS NULL AND track_id IS NOT NULL
GROUP BY track_id
