-- Fencing: each holder of a run has an epoch of its own, and the lake's copy of a day's runs has versions.
ALTER TABLE runs ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

CREATE TABLE IF NOT EXISTS run_epoch (
  id INT NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO run_epoch (id, last) VALUES (1, 0);

CREATE TABLE IF NOT EXISTS run_days (
  dt VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  written BIGINT NOT NULL,
  staged TEXT
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
