-- Forgets what was pushed to playlists. Inputs: none.
DELETE FROM playlist_pushes
