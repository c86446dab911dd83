-- Forgets the genres of an artist. Inputs: id.
DELETE FROM artist_genres WHERE artist_id = ?
