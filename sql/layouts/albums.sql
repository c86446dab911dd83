-- A table of albums, of which nothing is imported.
-- Layout: albums
-- Needs: album_id, album_name
-- Without: track_id
-- Column album_id: album id
-- Column album_name: album name
-- Column track_id: track id | track uri | uri
SELECT * FROM given
