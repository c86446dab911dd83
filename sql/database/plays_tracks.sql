-- The tracks that were ever heard and whose id is known, by every name. Grain: a track and its names. Inputs: none.
SELECT DISTINCT track_id, name, artist_name, song
FROM recently_played
WHERE track_id < 'unknown:' OR track_id >= 'unknown;'
