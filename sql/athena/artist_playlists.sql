-- The artists of each playlist of the lake, of those that have a track on a day.
-- Grain: an artist in a playlist of a dataset; songs whose artist the dataset does not tell are those of the day's track.
-- Inputs: playlists, top_tracks; the day.
-- Output: dataset, playlist_id, artist_id.
WITH day_tracks AS (
  SELECT artist_id, id FROM top_tracks WHERE dt = ? GROUP BY artist_id, id
),
day_artists AS (
  SELECT artist_id FROM day_tracks GROUP BY artist_id
),
told AS (
  SELECT playlists.dataset AS dataset, playlists.playlist_id AS playlist_id, playlists.artist_id AS artist_id
  FROM playlists
  INNER JOIN day_artists ON day_artists.artist_id = playlists.artist_id
),
untold AS (
  SELECT playlists.dataset AS dataset, playlists.playlist_id AS playlist_id, day_tracks.artist_id AS artist_id
  FROM playlists
  INNER JOIN day_tracks ON day_tracks.id = playlists.track_id
  WHERE playlists.artist_id IS NULL
)
SELECT dataset, playlist_id, artist_id
FROM (SELECT * FROM told UNION ALL SELECT * FROM untold) AS either
GROUP BY dataset, playlist_id, artist_id
ORDER BY dataset, playlist_id, artist_id
