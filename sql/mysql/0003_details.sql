-- What is told of a neighbour beside its distance, and of an artist beside its means. An ALTER is whole or not there.
ALTER TABLE related_artists
  ADD COLUMN confidence DOUBLE,
  ADD COLUMN reasons TEXT CHARACTER SET ascii COLLATE ascii_bin;

ALTER TABLE artist_features
  ADD COLUMN duration_ms DOUBLE,
  ADD COLUMN playlists INT,
  ADD COLUMN spread DOUBLE;
