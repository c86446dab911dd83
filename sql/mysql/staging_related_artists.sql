-- An empty table beside related_artists, to take its place. Inputs: its name.
CREATE TABLE ?? LIKE related_artists
