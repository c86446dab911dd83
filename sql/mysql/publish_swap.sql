-- Puts the staged run in the place of the published one, at once. Inputs: none.
RENAME TABLE
  related_artists TO related_artists_old, related_artists_next TO related_artists,
  artist_features TO artist_features_old, artist_features_next TO artist_features,
  published TO published_old, published_next TO published
