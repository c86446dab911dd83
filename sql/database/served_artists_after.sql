-- The artists of the published run whose ids come after one, in order. Grain: an artist. Inputs: the id, how many.
SELECT artist_id FROM artist_features WHERE artist_id > ? ORDER BY artist_id LIMIT ?
