-- The tracks of an imported dataset. For DuckDB alone.
-- Grain: a track of an artist. Inputs: told (the rows of all files), links (whose each track is), tracks (which row counts
-- for it), the variable `sources` (whence the rows of each file are, by its number).
-- Output: the columns of top_tracks, sorted by key; all tracks, ranked by popularity, then id. What is as long as a link
-- is made after the rows are sorted, which keep their order.
WITH once AS (
  SELECT artist_id, track_id, min(file) AS file FROM links GROUP BY artist_id, track_id
),
ranked AS (
  SELECT
    once.artist_id,
    once.track_id,
    once.file,
    tracks.place,
    tracks.popularity,
    tracks.duration_ms,
    row_number() OVER (
      PARTITION BY once.artist_id ORDER BY tracks.popularity DESC NULLS LAST, once.track_id
    ) AS rank
  FROM once
  JOIN tracks ON tracks.track_id = once.track_id
),
sorted AS (
  SELECT ranked.*, told.track_name, told.track_url, told.isrc, told.duration_ms AS own_duration_ms
  FROM ranked
  JOIN told ON told.place = ranked.place
  ORDER BY ranked.artist_id, ranked.track_id
)
SELECT
  artist_id,
  track_id AS id,
  track_name AS name,
  popularity,
  coalesce(track_url, spotify_url('track', track_id)) AS external_url,
  isrc,
  coalesce(own_duration_ms, duration_ms) AS duration_ms,
  CAST(rank AS INTEGER) AS rank,
  getvariable('sources')[file] AS source
FROM sorted
