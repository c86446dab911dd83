-- An empty table beside artist_features, to take its place. Inputs: none.
CREATE TABLE artist_features_next LIKE artist_features
