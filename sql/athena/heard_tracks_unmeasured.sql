-- The tracks that were heard and whose audio features the lake does not have.
-- Grain: a track.
-- Inputs: recently_played, audio_features, heard_features: three times the day after the last; and the day from which on
--   a track that no source knew is not asked for again.
-- Output: id.
WITH heard AS (
  SELECT DISTINCT track_id AS id FROM recently_played WHERE dt < ?
),
measured AS (
  SELECT id FROM audio_features WHERE dt < ?
  UNION
  SELECT id FROM heard_features WHERE dt < ? AND (energy IS NOT NULL OR dt >= ?)
)
SELECT heard.id
FROM heard
LEFT JOIN measured ON measured.id = heard.id
WHERE measured.id IS NULL
ORDER BY heard.id
