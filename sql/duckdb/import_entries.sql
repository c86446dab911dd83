-- The songs of the playlists that a table tells of, row by row and not necessarily together. For DuckDB alone.
-- Grain: a song at a position of a playlist. Inputs: told (the rows of all files), the number of the file.
-- Output: the columns of entries.
SELECT
  file,
  0 AS occurrence,
  playlist AS playlist_id,
  CAST(row_number() OVER (PARTITION BY playlist ORDER BY place) - 1 AS INTEGER) AS position,
  track_id,
  track_name AS name,
  ids[1] AS artist_id,
  nullif(CASE WHEN len(ids) > 0 AND len(ids) <> len(names) THEN NULL ELSE names[1] END, '') AS artist_name
FROM told
WHERE file = ? AND wrong IS NULL AND playlist IS NOT NULL AND track_id IS NOT NULL
