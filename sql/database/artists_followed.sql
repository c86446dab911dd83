-- The followed artists with their genres.
-- Grain: an artist and one of its genres (null where it has none). Inputs: none.
SELECT
  artists.id, artists.name, artists.url, artists.image_url, artists.followers, artists.popularity, artists.followed,
  artists.refreshed_at, artist_genres.genre
FROM artists
LEFT JOIN artist_genres ON artist_genres.artist_id = artists.id
WHERE artists.followed = 1
ORDER BY artists.id, artist_genres.position
