-- Adds an artist's raw means.
-- Inputs: artist_id, tracks, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness,
-- liveness, valence, tempo, duration_ms, playlists, spread.
INSERT INTO artist_features
  (artist_id, tracks, danceability, energy, `key`, loudness, mode, speechiness, acousticness, instrumentalness,
   liveness, valence, tempo, duration_ms, playlists, spread)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
