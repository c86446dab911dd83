-- The artists of an imported dataset. For DuckDB alone.
-- Grain: an artist. Inputs: told (the rows of all files), links (whose each track is), no parameters.
-- Output: the columns of artists, sorted by key. What a table of artists says counts before what rows of tracks say; of
-- several spellings of a name the most frequent counts, then the first. An artist of whom only the id is known has it as
-- name. Genres beside a track are its artist's where it has one; of several, each has them that has no others.
WITH listed AS (
  SELECT artist_id, min(place) AS place FROM told WHERE wrong IS NULL AND artist_id IS NOT NULL GROUP BY artist_id
),
spelled AS (
  SELECT artist_id, artist_name, count(*) AS times, min(place) AS place
  FROM links
  WHERE artist_name IS NOT NULL
  GROUP BY artist_id, artist_name
),
named AS (
  SELECT artist_id, arg_max(artist_name, (times, -place)) AS artist_name FROM spelled GROUP BY artist_id
),
track_genres AS (
  SELECT links.artist_id, arg_min(genres, (CASE WHEN is_alone THEN 0 ELSE 1 END, links.place)) AS genres
  FROM links
  JOIN told ON told.place = links.place
  WHERE len(genres) > 0
  GROUP BY links.artist_id
),
ids AS (
  SELECT DISTINCT artist_id FROM links
  UNION
  SELECT artist_id FROM listed
)
SELECT
  ids.artist_id AS id,
  coalesce(told.artist_name, named.artist_name, ids.artist_id) AS name,
  coalesce(told.artist_url, spotify_url('artist', ids.artist_id)) AS url,
  told.image_url,
  coalesce(told.genres, track_genres.genres, []) AS genres,
  told.followers,
  told.popularity
FROM ids
LEFT JOIN listed ON listed.artist_id = ids.artist_id
LEFT JOIN told ON told.place = listed.place
LEFT JOIN named ON named.artist_id = ids.artist_id
LEFT JOIN track_genres ON track_genres.artist_id = ids.artist_id
ORDER BY ids.artist_id
