-- An empty table beside artist_features, to take its place. Inputs: its name.
CREATE TABLE ?? LIKE artist_features
