-- What the user heard, and the playlist that is written for them. Ids, days and times as in the first migration.
CREATE TABLE IF NOT EXISTS recently_played (
  played_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  track_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name TEXT,
  artist_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  artist_name TEXT,
  duration_ms INT,
  isrc VARCHAR(64),
  source TEXT NOT NULL,
  spotify_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  export_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  short_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  song TEXT,
  PRIMARY KEY (played_at, track_id),
  KEY recently_played_track (track_id),
  KEY recently_played_spotify (spotify_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS history_extent (
  first_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  last_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS history_gaps (
  after_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  before_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  found_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS history_days (
  dt VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS playlist_pushes (
  slot VARCHAR(64) NOT NULL PRIMARY KEY,
  playlist_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  url TEXT,
  name TEXT NOT NULL,
  snapshot TEXT,
  songs INT NOT NULL,
  pushed_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  progress LONGTEXT
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
