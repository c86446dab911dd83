-- The last play that Spotify told of. Grain: one row; spotify_at is null where there is none. Inputs: none.
SELECT max(spotify_at) AS spotify_at FROM recently_played
