-- The artists of an imported dataset whom rows spell in several ways and who are one by their folded name. For DuckDB alone.
-- Grain: an artist without an id. Inputs: links (whose each track is), no parameters.
-- Output: artists (how many there are in all), spellings (the most frequent first), the five with the most tracks.
WITH spelled AS (
  SELECT artist_id, artist_name, count(*) AS times, min(place) AS place
  FROM links
  WHERE starts_with(artist_id, 'name:')
  GROUP BY artist_id, artist_name
),
merged AS (
  SELECT list(artist_name ORDER BY times DESC, place) AS spellings, sum(times) AS times, min(place) AS place
  FROM spelled
  GROUP BY artist_id
  HAVING count(*) > 1
)
SELECT count(*) OVER () AS artists, spellings FROM merged ORDER BY times DESC, place LIMIT 5
