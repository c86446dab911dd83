-- Loads a run's means from the client's stream into the staging table. Grain of the stream: an artist.
-- Inputs: none; the file's name is of no account.
LOAD DATA LOCAL INFILE 'artist_features' INTO TABLE artist_features_next
CHARACTER SET utf8mb4
FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'
(artist_id, tracks, danceability, energy, `key`, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
 valence, tempo, duration_ms, playlists, spread)
