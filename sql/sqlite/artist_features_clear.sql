-- Empties artist_features, as the first step of replacing it in one transaction. Inputs: none.
DELETE FROM artist_features
