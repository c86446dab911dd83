-- Kaggle's 600,000 tracks: ids and names of artists as Python lists.
-- Layout: kaggle-600k
-- Needs: track_id, artist_names, artist_ids, features
-- Column track_id: id
-- Column artist_names: artists
-- Column artist_ids: id artists
SELECT * REPLACE (python_list(artist_ids) AS ids, python_list(artist_names) AS names) FROM given
