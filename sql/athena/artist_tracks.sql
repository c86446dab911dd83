-- The distinct tracks of every artist of a day that have audio features, with what artists are compared by.
-- Grain: a track of an artist; a track of two artists comes for each.
-- Inputs: top_tracks, audio_features; the day, twice.
-- Output: artist_id, id, the audio features, and duration_ms, which top_tracks tells where audio_features does not.
WITH artist_tracks AS (
  SELECT artist_id, id, max(duration_ms) AS duration_ms FROM top_tracks WHERE dt = ? GROUP BY artist_id, id
),
track_features AS (
  SELECT
    id, danceability, energy, "key", loudness, mode, speechiness, acousticness, instrumentalness, liveness, valence,
    tempo, duration_ms
  FROM audio_features
  WHERE dt = ?
)
SELECT
  artist_tracks.artist_id AS artist_id,
  artist_tracks.id AS id,
  track_features.danceability AS danceability,
  track_features.energy AS energy,
  track_features."key" AS "key",
  track_features.loudness AS loudness,
  track_features.mode AS mode,
  track_features.speechiness AS speechiness,
  track_features.acousticness AS acousticness,
  track_features.instrumentalness AS instrumentalness,
  track_features.liveness AS liveness,
  track_features.valence AS valence,
  track_features.tempo AS tempo,
  coalesce(track_features.duration_ms, artist_tracks.duration_ms) AS duration_ms
FROM artist_tracks
INNER JOIN track_features ON track_features.id = artist_tracks.id
ORDER BY artist_tracks.artist_id, artist_tracks.id
