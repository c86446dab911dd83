-- An empty table beside published, to take its place. Inputs: its name.
CREATE TABLE ?? LIKE published
