-- One artist with its genres.
-- Grain: one of its genres (null where it has none). Inputs: the id.
SELECT
  artists.id, artists.name, artists.url, artists.image_url, artists.followers, artists.popularity, artists.followed,
  artists.refreshed_at, artist_genres.genre
FROM artists
LEFT JOIN artist_genres ON artist_genres.artist_id = artists.id
WHERE artists.id = ?
ORDER BY artists.id, artist_genres.position
