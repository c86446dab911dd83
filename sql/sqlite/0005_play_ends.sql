-- When a play ended by the exports, and what the extended one says of its start and its track.
ALTER TABLE recently_played ADD COLUMN export_end TEXT;
ALTER TABLE recently_played ADD COLUMN offline_at TEXT;
ALTER TABLE recently_played ADD COLUMN export_id TEXT;
ALTER TABLE recently_played ADD COLUMN short_end TEXT;
