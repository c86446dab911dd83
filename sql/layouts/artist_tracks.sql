-- Which track is whose, by ids alone.
-- Layout: artist-tracks
-- Needs: track_id, artist_ids
-- Without: track_name, artist_names, artist_name, danceability
-- Column track_id: track id | track uri
SELECT * REPLACE (text_list(artist_ids, ',') AS ids) FROM given
