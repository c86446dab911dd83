-- What the user heard, and the playlist that is written for them. Times are ISO 8601 UTC, so that they sort as they are.
CREATE TABLE recently_played (
  played_at TEXT NOT NULL,
  track_id TEXT NOT NULL,
  name TEXT,
  artist_id TEXT,
  artist_name TEXT,
  duration_ms INTEGER,
  isrc TEXT,
  source TEXT NOT NULL,
  spotify_at TEXT,
  export_at TEXT,
  short_at TEXT,
  song TEXT,
  PRIMARY KEY (played_at, track_id)
) WITHOUT ROWID;
CREATE INDEX recently_played_track ON recently_played (track_id);
CREATE INDEX recently_played_spotify ON recently_played (spotify_at);

CREATE TABLE history_extent (
  first_at TEXT NOT NULL PRIMARY KEY,
  last_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE history_gaps (
  after_at TEXT NOT NULL PRIMARY KEY,
  before_at TEXT NOT NULL,
  found_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE history_days (
  dt TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE playlist_pushes (
  slot TEXT NOT NULL PRIMARY KEY,
  playlist_id TEXT,
  url TEXT,
  name TEXT NOT NULL,
  snapshot TEXT,
  songs INTEGER NOT NULL,
  pushed_at TEXT,
  progress TEXT
) WITHOUT ROWID;
