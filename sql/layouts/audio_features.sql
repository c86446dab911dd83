-- A table of audio features, by the id of their track.
-- Layout: audio-features
-- Needs: track_id, features
-- Without: artist_ids, artist_names, artist_name
SELECT * FROM given
