-- The songs of playlists; `occurrence` tells playlists of one id apart, in the order of their file.
CREATE TABLE entries (
  file INTEGER, occurrence INTEGER, playlist_id VARCHAR, position INTEGER, track_id VARCHAR, name VARCHAR,
  artist_id VARCHAR, artist_name VARCHAR
)
