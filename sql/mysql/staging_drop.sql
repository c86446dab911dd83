-- Drops what a publish leaves: the staging tables of one that failed, the old tables of one that did not. Inputs: none.
DROP TABLE IF EXISTS
  related_artists_next, artist_features_next, published_next, related_artists_loads,
  related_artists_old, artist_features_old, published_old
