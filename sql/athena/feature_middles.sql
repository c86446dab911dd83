-- Whether one track of a day alone makes most of a feature's range: then it lies alone on its side of the middle.
-- Grain: one row.
-- Inputs: audio_features; the day.
-- Output: of each feature with a scale <feature>_values (tracks that have it), <feature>_middle (of its smallest and its
-- largest value), <feature>_low and <feature>_high (tracks at that middle or below, or at it or above), and <feature>_lowest_id and
-- <feature>_highest_id (a track that has the smallest and the largest value).
WITH track_features AS (
  SELECT id, danceability, energy, loudness, speechiness, acousticness, instrumentalness, liveness, valence, tempo
  FROM audio_features
  WHERE dt = ?
),
middles AS (
  SELECT
    0.5 * min(danceability) + 0.5 * max(danceability) AS danceability,
    0.5 * min(energy) + 0.5 * max(energy) AS energy,
    0.5 * min(loudness) + 0.5 * max(loudness) AS loudness,
    0.5 * min(speechiness) + 0.5 * max(speechiness) AS speechiness,
    0.5 * min(acousticness) + 0.5 * max(acousticness) AS acousticness,
    0.5 * min(instrumentalness) + 0.5 * max(instrumentalness) AS instrumentalness,
    0.5 * min(liveness) + 0.5 * max(liveness) AS liveness,
    0.5 * min(valence) + 0.5 * max(valence) AS valence,
    0.5 * min(tempo) + 0.5 * max(tempo) AS tempo
  FROM track_features
)
SELECT
  count(track_features.danceability) AS danceability_values,
  max(middles.danceability) AS danceability_middle,
  count(CASE WHEN track_features.danceability <= middles.danceability THEN 1 END) AS danceability_low,
  count(CASE WHEN track_features.danceability >= middles.danceability THEN 1 END) AS danceability_high,
  min_by(track_features.id, track_features.danceability) AS danceability_lowest_id,
  max_by(track_features.id, track_features.danceability) AS danceability_highest_id,
  count(track_features.energy) AS energy_values,
  max(middles.energy) AS energy_middle,
  count(CASE WHEN track_features.energy <= middles.energy THEN 1 END) AS energy_low,
  count(CASE WHEN track_features.energy >= middles.energy THEN 1 END) AS energy_high,
  min_by(track_features.id, track_features.energy) AS energy_lowest_id,
  max_by(track_features.id, track_features.energy) AS energy_highest_id,
  count(track_features.loudness) AS loudness_values,
  max(middles.loudness) AS loudness_middle,
  count(CASE WHEN track_features.loudness <= middles.loudness THEN 1 END) AS loudness_low,
  count(CASE WHEN track_features.loudness >= middles.loudness THEN 1 END) AS loudness_high,
  min_by(track_features.id, track_features.loudness) AS loudness_lowest_id,
  max_by(track_features.id, track_features.loudness) AS loudness_highest_id,
  count(track_features.speechiness) AS speechiness_values,
  max(middles.speechiness) AS speechiness_middle,
  count(CASE WHEN track_features.speechiness <= middles.speechiness THEN 1 END) AS speechiness_low,
  count(CASE WHEN track_features.speechiness >= middles.speechiness THEN 1 END) AS speechiness_high,
  min_by(track_features.id, track_features.speechiness) AS speechiness_lowest_id,
  max_by(track_features.id, track_features.speechiness) AS speechiness_highest_id,
  count(track_features.acousticness) AS acousticness_values,
  max(middles.acousticness) AS acousticness_middle,
  count(CASE WHEN track_features.acousticness <= middles.acousticness THEN 1 END) AS acousticness_low,
  count(CASE WHEN track_features.acousticness >= middles.acousticness THEN 1 END) AS acousticness_high,
  min_by(track_features.id, track_features.acousticness) AS acousticness_lowest_id,
  max_by(track_features.id, track_features.acousticness) AS acousticness_highest_id,
  count(track_features.instrumentalness) AS instrumentalness_values,
  max(middles.instrumentalness) AS instrumentalness_middle,
  count(CASE WHEN track_features.instrumentalness <= middles.instrumentalness THEN 1 END) AS instrumentalness_low,
  count(CASE WHEN track_features.instrumentalness >= middles.instrumentalness THEN 1 END) AS instrumentalness_high,
  min_by(track_features.id, track_features.instrumentalness) AS instrumentalness_lowest_id,
  max_by(track_features.id, track_features.instrumentalness) AS instrumentalness_highest_id,
  count(track_features.liveness) AS liveness_values,
  max(middles.liveness) AS liveness_middle,
  count(CASE WHEN track_features.liveness <= middles.liveness THEN 1 END) AS liveness_low,
  count(CASE WHEN track_features.liveness >= middles.liveness THEN 1 END) AS liveness_high,
  min_by(track_features.id, track_features.liveness) AS liveness_lowest_id,
  max_by(track_features.id, track_features.liveness) AS liveness_highest_id,
  count(track_features.valence) AS valence_values,
  max(middles.valence) AS valence_middle,
  count(CASE WHEN track_features.valence <= middles.valence THEN 1 END) AS valence_low,
  count(CASE WHEN track_features.valence >= middles.valence THEN 1 END) AS valence_high,
  min_by(track_features.id, track_features.valence) AS valence_lowest_id,
  max_by(track_features.id, track_features.valence) AS valence_highest_id,
  count(track_features.tempo) AS tempo_values,
  max(middles.tempo) AS tempo_middle,
  count(CASE WHEN track_features.tempo <= middles.tempo THEN 1 END) AS tempo_low,
  count(CASE WHEN track_features.tempo >= middles.tempo THEN 1 END) AS tempo_high,
  min_by(track_features.id, track_features.tempo) AS tempo_lowest_id,
  max_by(track_features.id, track_features.tempo) AS tempo_highest_id
FROM track_features
CROSS JOIN middles
