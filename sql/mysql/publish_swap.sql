-- Puts the staged run in place of the published one, at once.
-- Inputs, of each of the three tables: the name that the published one gets, the name of the staged one.
RENAME TABLE
  related_artists TO ??, ?? TO related_artists,
  artist_features TO ??, ?? TO artist_features,
  published TO ??, ?? TO published
