-- Adds a genre of an artist. Inputs: artist id, genre, position.
INSERT INTO artist_genres (artist_id, genre, position) VALUES (?, ?, ?)
