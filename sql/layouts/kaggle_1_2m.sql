-- Kaggle's 1.2 million tracks: ids and names of artists as Python lists.
-- Layout: kaggle-1.2m
-- Needs: track_id, artist_names, artist_ids, features
-- Column track_id: id
-- Column artist_names: artists
-- Column artist_ids: artist ids
SELECT * REPLACE (python_list(artist_ids) AS ids, python_list(artist_names) AS names) FROM given
