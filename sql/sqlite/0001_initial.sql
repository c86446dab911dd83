-- The database's first shape. Names, ids and times are text; times are ISO 8601 UTC, so that they sort as they are.
CREATE TABLE artists (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  url TEXT,
  image_url TEXT,
  followers INTEGER,
  popularity INTEGER,
  followed INTEGER NOT NULL,
  provider TEXT NOT NULL,
  added_at TEXT NOT NULL,
  refreshed_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX artists_name_folded ON artists (name_folded);

CREATE TABLE artist_genres (
  artist_id TEXT NOT NULL,
  genre TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (artist_id, genre)
) WITHOUT ROWID;

CREATE TABLE related_artists (
  artist_id TEXT NOT NULL,
  y_artist TEXT NOT NULL,
  distance DOUBLE NOT NULL,
  rank_no INTEGER NOT NULL,
  PRIMARY KEY (artist_id, y_artist)
) WITHOUT ROWID;
CREATE INDEX related_artists_distance ON related_artists (artist_id, distance);

CREATE TABLE artist_features (
  artist_id TEXT NOT NULL PRIMARY KEY,
  tracks INTEGER NOT NULL,
  danceability DOUBLE,
  energy DOUBLE,
  `key` DOUBLE,
  loudness DOUBLE,
  mode DOUBLE,
  speechiness DOUBLE,
  acousticness DOUBLE,
  instrumentalness DOUBLE,
  liveness DOUBLE,
  valence DOUBLE,
  tempo DOUBLE
) WITHOUT ROWID;

CREATE TABLE published (
  run_id TEXT NOT NULL PRIMARY KEY,
  dt TEXT NOT NULL,
  method TEXT NOT NULL,
  parameters TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  dt TEXT NOT NULL,
  owner TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  progress TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL,
  summary TEXT
) WITHOUT ROWID;
CREATE INDEX runs_dt ON runs (dt);
CREATE INDEX runs_status ON runs (status);

CREATE TABLE api_state (
  provider TEXT NOT NULL PRIMARY KEY,
  not_before TEXT,
  day TEXT NOT NULL,
  requests INTEGER NOT NULL,
  capabilities TEXT NOT NULL
) WITHOUT ROWID;
