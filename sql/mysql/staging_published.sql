-- An empty table beside published, to take its place. Inputs: none.
CREATE TABLE published_next LIKE published
