-- The artists of a name, whatever its case and accents.
-- Grain: an artist and one of its genres (null where it has none). Inputs: the folded name.
SELECT
  artists.id, artists.name, artists.url, artists.image_url, artists.followers, artists.popularity, artists.followed,
  artists.refreshed_at, artist_genres.genre
FROM artists
LEFT JOIN artist_genres ON artist_genres.artist_id = artists.id
WHERE artists.name_folded = ?
ORDER BY artists.id, artist_genres.position
