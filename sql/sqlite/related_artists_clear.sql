-- Empties related_artists, as the first step of replacing it in one transaction. Inputs: none.
DELETE FROM related_artists
