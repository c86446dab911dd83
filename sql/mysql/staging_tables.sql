-- The tables that publishing has left: staging tables, those of versions before epochs too, and replaced ones.
-- Grain: a table. Inputs: none.
SELECT table_name AS name
FROM information_schema.tables
WHERE table_schema = DATABASE()
  AND (table_name REGEXP '^(related_artists|artist_features|published)_(next|old)(_[0-9]+)?$'
    OR table_name REGEXP '^related_artists_loads(_[0-9]+)?$')
