-- The tracks of an imported dataset. For DuckDB alone.
-- Grain: a track of an artist. Inputs: told (the rows of all files), links (whose each track is), tracks (which row counts
-- for it), files (whence a row is); no parameters.
-- Output: the columns of top_tracks, sorted by key; all tracks, ranked by popularity, then id.
WITH once AS (
  SELECT artist_id, track_id, min(file) AS file FROM links GROUP BY artist_id, track_id
)
SELECT
  once.artist_id,
  once.track_id AS id,
  told.track_name AS name,
  told.popularity,
  coalesce(told.track_url, spotify_url('track', once.track_id)) AS external_url,
  told.isrc,
  coalesce(told.duration_ms, tracks.duration_ms) AS duration_ms,
  CAST(row_number() OVER (
    PARTITION BY once.artist_id ORDER BY told.popularity DESC NULLS LAST, once.track_id
  ) AS INTEGER) AS rank,
  files.source
FROM once
JOIN files ON files.file = once.file
JOIN tracks ON tracks.track_id = once.track_id
JOIN told ON told.place = tracks.place
ORDER BY once.artist_id, once.track_id
