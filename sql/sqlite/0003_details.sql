-- What is told of a neighbour beside its distance, and of an artist beside its means.
ALTER TABLE related_artists ADD COLUMN confidence DOUBLE;
ALTER TABLE related_artists ADD COLUMN reasons TEXT;
ALTER TABLE artist_features ADD COLUMN duration_ms DOUBLE;
ALTER TABLE artist_features ADD COLUMN playlists INTEGER;
ALTER TABLE artist_features ADD COLUMN spread DOUBLE;
