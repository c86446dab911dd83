-- When a play ended by the exports, and what the extended one says of its start and its track. An ALTER is whole or not there.
ALTER TABLE recently_played
  ADD COLUMN export_end VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  ADD COLUMN offline_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  ADD COLUMN export_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  ADD COLUMN short_end VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin;
