-- Raw means of every artist of a day over its distinct tracks that have audio features.
-- Grain: an artist of the day, also one without tracks (found = 0) or without features (tracks = 0, means null).
-- Inputs: artists, top_tracks, audio_features; the day, three times.
-- Output: artist_id, name, url, found (its tracks), tracks (those with features), the mean of each feature and of the
-- duration, which top_tracks tells where audio_features does not.
WITH asked AS (
  SELECT id, name, url FROM artists WHERE dt = ?
),
artist_tracks AS (
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
  asked.id AS artist_id,
  asked.name AS name,
  asked.url AS url,
  count(artist_tracks.id) AS found,
  count(track_features.id) AS tracks,
  avg(track_features.danceability) AS danceability,
  avg(track_features.energy) AS energy,
  avg(track_features."key") AS "key",
  avg(track_features.loudness) AS loudness,
  avg(track_features.mode) AS mode,
  avg(track_features.speechiness) AS speechiness,
  avg(track_features.acousticness) AS acousticness,
  avg(track_features.instrumentalness) AS instrumentalness,
  avg(track_features.liveness) AS liveness,
  avg(track_features.valence) AS valence,
  avg(track_features.tempo) AS tempo,
  avg(
    CASE WHEN track_features.id IS NOT NULL THEN coalesce(track_features.duration_ms, artist_tracks.duration_ms) END
  ) AS duration_ms
FROM asked
LEFT JOIN artist_tracks ON artist_tracks.artist_id = asked.id
LEFT JOIN track_features ON track_features.id = artist_tracks.id
GROUP BY asked.id, asked.name, asked.url
ORDER BY asked.id
