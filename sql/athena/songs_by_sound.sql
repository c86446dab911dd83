-- Every song with all of the continuous audio features, by its newest row that has them, and what it is called: as the
-- newest collection or import names it, else as it was last heard.
-- Grain: a song.
-- Inputs: audio_features, heard_features, top_tracks, artists, recently_played; five times the day after the last.
-- Output: id, name, artist_id, artist_name, isrc, and the features.
WITH measured AS (
  SELECT
    id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo, dt,
    1 AS origin
  FROM audio_features
  WHERE dt < ?
  UNION ALL
  SELECT
    id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo, dt,
    2 AS origin
  FROM heard_features
  WHERE dt < ?
),
whole AS (
  SELECT measured.*, ROW_NUMBER() OVER (PARTITION BY measured.id ORDER BY measured.dt DESC, measured.origin) AS age
  FROM measured
  WHERE danceability IS NOT NULL AND energy IS NOT NULL AND loudness IS NOT NULL AND speechiness IS NOT NULL
    AND acousticness IS NOT NULL AND instrumentalness IS NOT NULL AND liveness IS NOT NULL AND valence IS NOT NULL
    AND tempo IS NOT NULL
),
known_tracks AS (
  SELECT
    id, name, artist_id, isrc, ROW_NUMBER() OVER (PARTITION BY id ORDER BY dt DESC, artist_id) AS age
  FROM top_tracks
  WHERE dt < ?
),
known_artists AS (
  SELECT id, name, ROW_NUMBER() OVER (PARTITION BY id ORDER BY dt DESC) AS age FROM artists WHERE dt < ?
),
plays AS (
  SELECT
    track_id, name, artist_id, artist_name, isrc,
    ROW_NUMBER() OVER (PARTITION BY track_id ORDER BY played_at DESC) AS age
  FROM recently_played
  WHERE dt < ?
)
SELECT
  whole.id AS id,
  coalesce(known_tracks.name, plays.name) AS name,
  coalesce(known_tracks.artist_id, plays.artist_id) AS artist_id,
  coalesce(known_artists.name, plays.artist_name) AS artist_name,
  coalesce(known_tracks.isrc, plays.isrc) AS isrc,
  whole.danceability AS danceability,
  whole.energy AS energy,
  whole.loudness AS loudness,
  whole.speechiness AS speechiness,
  whole.acousticness AS acousticness,
  whole.instrumentalness AS instrumentalness,
  whole.liveness AS liveness,
  whole.valence AS valence,
  whole.tempo AS tempo
FROM whole
LEFT JOIN known_tracks ON known_tracks.id = whole.id AND known_tracks.age = 1
LEFT JOIN known_artists ON known_artists.id = known_tracks.artist_id AND known_artists.age = 1
LEFT JOIN plays ON plays.track_id = whole.id AND plays.age = 1
WHERE whole.age = 1
ORDER BY whole.id
