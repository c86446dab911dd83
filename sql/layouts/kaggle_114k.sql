-- Kaggle's 114,000 tracks by genre: names of artists with semicolons between them.
-- Layout: kaggle-114k
-- Needs: track_id, artist_names, track_genre, features
-- Column track_id: track id
-- Column artist_names: artists
-- Column track_genre: track genre
SELECT
  * REPLACE (
    list_filter(list_transform(string_split(artist_names, ';'), lambda name: trim(name)), lambda name: name <> '')
    AS names
  )
FROM given
