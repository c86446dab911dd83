-- The id in one of Spotify's URIs or links; another text as it is, without spaces around it.
CREATE OR REPLACE MACRO spotify_id(text) AS
  CASE
    WHEN contains(text, 'spotify') THEN regexp_replace(
      trim(text), '^(?:spotify:[a-z]+:|https?://open\.spotify\.com/(?:[a-z-]+/)?[a-z]+/)([^?/]*).*$', '\1'
    )
    ELSE trim(text)
  END
