-- Which track counts for whom, as the rows of an imported dataset tell it. For DuckDB alone.
-- Grain: an artist in a row. Inputs: told (the rows of all files), no parameters.
-- Output: place (of the row), file, track_id, artist_id, artist_name (null where the row does not tell it), is_alone. An
-- artist without an id gets one of its name; names beside ids count where there are as many.
WITH unnested AS (
  SELECT
    place,
    file,
    track_id,
    coalesce(len(ids), 0) > 0 AS has_id,
    greatest(coalesce(len(ids), 0), len(names)) = 1 AS is_alone,
    unnest(CASE WHEN len(ids) > 0 THEN ids ELSE names END) AS artist,
    unnest(CASE WHEN len(ids) > 0 AND len(ids) <> len(names) THEN NULL ELSE names END) AS artist_name
  FROM told
  WHERE wrong IS NULL AND track_id IS NOT NULL
)
SELECT
  place,
  file,
  track_id,
  CASE WHEN has_id THEN artist ELSE name_id(artist) END AS artist_id,
  nullif(artist_name, '') AS artist_name,
  is_alone
FROM unnested
