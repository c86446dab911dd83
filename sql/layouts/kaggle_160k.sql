-- Kaggle's 160,000 tracks: names of artists as a Python list.
-- Layout: kaggle-160k
-- Needs: track_id, artist_names, features
-- Without: artist_ids
-- Column track_id: id
-- Column artist_names: artists
SELECT * REPLACE (text_list(artist_names, ';') AS names) FROM given
