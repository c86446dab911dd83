-- The published neighbours of an artist, the nearest first, with what tells why; all of one run.
-- Grain: a neighbour; one row with y_artist null where the artist has none; no row where nothing is published.
-- Inputs: artist id, artist id, how many.
SELECT
  published.run_id, published.dt, published.method, published.parameters,
  a.artist_id AS a_artist_id,
  a.tracks AS a_tracks, a.danceability AS a_danceability, a.energy AS a_energy, a.`key` AS a_key,
  a.loudness AS a_loudness, a.mode AS a_mode, a.speechiness AS a_speechiness, a.acousticness AS a_acousticness,
  a.instrumentalness AS a_instrumentalness, a.liveness AS a_liveness, a.valence AS a_valence, a.tempo AS a_tempo,
  a.duration_ms AS a_duration_ms, a.playlists AS a_playlists, a.spread AS a_spread,
  related_artists.y_artist, related_artists.distance, related_artists.rank_no, related_artists.confidence,
  related_artists.reasons, artists.name, artists.url,
  b.tracks AS b_tracks, b.danceability AS b_danceability, b.energy AS b_energy, b.`key` AS b_key,
  b.loudness AS b_loudness, b.mode AS b_mode, b.speechiness AS b_speechiness, b.acousticness AS b_acousticness,
  b.instrumentalness AS b_instrumentalness, b.liveness AS b_liveness, b.valence AS b_valence, b.tempo AS b_tempo,
  b.duration_ms AS b_duration_ms, b.playlists AS b_playlists, b.spread AS b_spread
FROM published
LEFT JOIN artist_features a ON a.artist_id = ?
LEFT JOIN related_artists ON related_artists.artist_id = ?
LEFT JOIN artist_features b ON b.artist_id = related_artists.y_artist
LEFT JOIN artists ON artists.id = related_artists.y_artist
ORDER BY related_artists.distance, related_artists.y_artist
LIMIT ?
