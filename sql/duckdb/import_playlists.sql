-- The playlists of an imported dataset. For DuckDB alone.
-- Grain: a song at a position of a playlist. Inputs: entries (of a playlist that stands several times, the first counts),
-- files (to which dataset each belongs), the variable `dataset`.
-- Output: the columns of playlists, sorted by key.
WITH given AS (
  SELECT entries.* FROM entries JOIN files ON files.file = entries.file WHERE files.dataset = getvariable('dataset')
),
first_playlists AS (
  SELECT playlist_id, min((file, occurrence)) AS first FROM given GROUP BY playlist_id
)
SELECT given.playlist_id, position, track_id, name, artist_id, artist_name
FROM given
JOIN first_playlists ON first_playlists.playlist_id = given.playlist_id AND first = (file, occurrence)
ORDER BY given.playlist_id, position
