-- The playlists of an imported dataset. For DuckDB alone.
-- Grain: a song at a position of a playlist. Inputs: given_playlists (of a playlist that stands several times, the first
-- counts), given_entries; no parameters.
-- Output: the columns of playlists, sorted by key.
WITH first_playlists AS (
  SELECT id, min(occurrence) AS occurrence FROM given_playlists GROUP BY id
)
SELECT first_playlists.id AS playlist_id, position, track_id, name, artist_id, artist_name
FROM given_entries
JOIN first_playlists ON first_playlists.occurrence = given_entries.occurrence
ORDER BY playlist_id, position
