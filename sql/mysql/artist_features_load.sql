-- Loads a run's means from the client's stream into the staging table. Grain of the stream: an artist.
-- Inputs: the table; the file name has no meaning.
LOAD DATA LOCAL INFILE 'artist_features' INTO TABLE ??
CHARACTER SET utf8mb4
FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'
(artist_id, tracks, danceability, energy, `key`, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
 valence, tempo, duration_ms, playlists, spread)
