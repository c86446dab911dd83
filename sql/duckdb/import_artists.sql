-- The artists of an imported dataset. For DuckDB alone.
-- Grain: an artist. Inputs: given_artists (what rows say of artists; the smallest preference counts), no parameters.
-- Output: the columns of artists, sorted by key. An artist of whom only the id is known has it as name.
WITH chosen AS (
  SELECT id, min(preference) AS preference FROM given_artists GROUP BY id
)
SELECT
  given_artists.id,
  coalesce(given_artists.name, given_artists.id) AS name,
  given_artists.url,
  given_artists.image_url,
  coalesce(CAST(given_artists.genres AS VARCHAR[]), []) AS genres,
  given_artists.followers,
  given_artists.popularity
FROM given_artists
JOIN chosen ON chosen.id = given_artists.id AND chosen.preference = given_artists.preference
ORDER BY given_artists.id
