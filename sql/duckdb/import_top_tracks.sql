-- The tracks of an imported dataset. For DuckDB alone.
-- Grain: a track of an artist. Inputs: given_links (which track counts for whom), given_tracks and given_features (of a
-- track that stands several times, the first), given_files; no parameters.
-- Output: the columns of top_tracks, sorted by key; all tracks, ranked by popularity, then id.
WITH links AS (
  SELECT artist_id, track_id, min(file) AS file FROM given_links GROUP BY artist_id, track_id
),
first_tracks AS (
  SELECT id, min(read_order) AS read_order FROM given_tracks GROUP BY id
),
tracks AS (
  SELECT given_tracks.id, name, popularity, url, duration_ms
  FROM given_tracks
  JOIN first_tracks ON first_tracks.id = given_tracks.id AND first_tracks.read_order = given_tracks.read_order
),
lengths AS (
  SELECT id, max(duration_ms) AS duration_ms FROM given_features GROUP BY id
)
SELECT
  links.artist_id,
  links.track_id AS id,
  tracks.name,
  tracks.popularity,
  tracks.url AS external_url,
  CAST(NULL AS VARCHAR) AS isrc,
  coalesce(tracks.duration_ms, lengths.duration_ms) AS duration_ms,
  CAST(row_number() OVER (
    PARTITION BY links.artist_id ORDER BY tracks.popularity DESC NULLS LAST, links.track_id
  ) AS INTEGER) AS rank,
  given_files.source
FROM links
JOIN given_files ON given_files.file = links.file
LEFT JOIN tracks ON tracks.id = links.track_id
LEFT JOIN lengths ON lengths.id = links.track_id
ORDER BY links.artist_id, links.track_id
