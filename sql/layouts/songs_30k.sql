-- The "30000 songs" of Spotify: a track with its features in a playlist, whose artists are one name.
-- Layout: songs-30k
-- Needs: track_id, artist_name, features
-- Column artist_name: track artist
SELECT * REPLACE (CASE WHEN trim(artist_name) <> '' THEN [artist_name] END AS names) FROM given
