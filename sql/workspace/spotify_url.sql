-- Spotify's page for an id that looks like one of Spotify's; kind is artist or track.
CREATE OR REPLACE MACRO spotify_url(kind, id) AS
  CASE
    WHEN strlen(id) = 22 AND NOT regexp_matches(id, '[^0-9A-Za-z]')
      THEN 'https://open.spotify.com/' || kind || '/' || id
  END
