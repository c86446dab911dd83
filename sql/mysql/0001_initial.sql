-- The database's first shape, on MySQL 8.4 and MariaDB 10.11 alike. Ids, days and times are ASCII and compare byte by
-- byte; times are ISO 8601 UTC, so that they sort as they are. JSON is text, since the servers' JSON types differ.
CREATE TABLE IF NOT EXISTS artists (
  id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  url TEXT,
  image_url TEXT,
  followers BIGINT,
  popularity INT,
  followed TINYINT NOT NULL,
  provider VARCHAR(64) NOT NULL,
  added_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refreshed_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  KEY artists_name_folded (name_folded(191))
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS artist_genres (
  artist_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  genre TEXT NOT NULL,
  position INT NOT NULL,
  PRIMARY KEY (artist_id, position)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS related_artists (
  artist_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  y_artist VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  distance DOUBLE NOT NULL,
  rank_no INT NOT NULL,
  PRIMARY KEY (artist_id, y_artist),
  KEY related_artists_distance (artist_id, distance)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS artist_features (
  artist_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  tracks INT NOT NULL,
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
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS published (
  run_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  dt VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  method VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  parameters LONGTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS runs (
  id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  dt VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner VARCHAR(255) NOT NULL,
  lease_until VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  progress LONGTEXT NOT NULL,
  started_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  finished_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  summary LONGTEXT,
  KEY runs_dt (dt),
  KEY runs_status (status)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE IF NOT EXISTS api_state (
  provider VARCHAR(128) NOT NULL PRIMARY KEY,
  not_before VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  requests BIGINT NOT NULL,
  capabilities LONGTEXT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
