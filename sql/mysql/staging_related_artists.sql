-- An empty table beside related_artists, to take its place. Inputs: none.
CREATE TABLE related_artists_next LIKE related_artists
