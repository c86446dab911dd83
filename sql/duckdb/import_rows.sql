-- The rows of a table of a dataset, each checked and typed. For DuckDB alone.
-- Grain: a row of the file. Inputs: listed (what a layout makes of the file: the columns below as text, beside them the
-- lists `ids` and `names` of the track's artists), the variables `needs` (columns that must not be blank) and `bounds` (of numbers).
-- Output: what the row tells. `wrong` is null where it can be read, '' where it says nothing (blank, or the header again),
-- 'no-song' where it is of a file of one's own or an episode, else the column and what was expected; `raw` is then the row.
-- Each column is found under these names, the first that the file has, whatever their case, spaces and signs:
-- Column track_id: track uri | track id | spotify id | id | uri
-- Column track_name: track name | name | title | song | track
-- Column track_url: track homepage | external url
-- Column artist_ids: artist uris | artist uri | id artists | artist ids | artist id | track artist id
-- Column artist_names: artist names | track artists | artists
-- Column artist_name: artist name | track artist | artist
-- Column isrc: isrc
-- Column popularity: track popularity | popularity
-- Column playlist: playlist id | playlist | playlist name
-- Column genres: artist genres | artist genre | genres | genre
-- Column danceability: danceability
-- Column energy: energy
-- Column key: key
-- Column loudness: loudness
-- Column mode: mode
-- Column speechiness: speechiness
-- Column acousticness: acousticness
-- Column instrumentalness: instrumentalness
-- Column liveness: liveness
-- Column valence: valence
-- Column tempo: tempo
-- Column time_signature: time signature
-- Column duration_ms: duration ms | track duration ms | track duration
-- Column artist_id:
-- Column artist_url:
-- Column image_url:
-- Column followers:
WITH cleaned AS (
  SELECT
    * REPLACE (
      CASE
        WHEN contains(artist_ids, 'spotify') THEN list_transform(ids, lambda text: spotify_id(text))
        ELSE ids
      END AS ids,
      CASE
        WHEN len(ids) > 0 THEN list_transform(names, lambda text: trim(text))
        ELSE list_filter(list_transform(names, lambda text: trim(text)), lambda text: text <> '')
      END AS names
    ),
    spotify_id(track_id) AS id,
    spotify_id(artist_id) AS listed_id,
    to_number(popularity) AS popularity_value,
    to_number(followers) AS followers_value,
    to_number(danceability) AS danceability_value,
    to_number(energy) AS energy_value,
    to_number("key") AS key_value,
    to_number(loudness) AS loudness_value,
    to_number(mode) AS mode_value,
    to_number(speechiness) AS speechiness_value,
    to_number(acousticness) AS acousticness_value,
    to_number(instrumentalness) AS instrumentalness_value,
    to_number(liveness) AS liveness_value,
    to_number(valence) AS valence_value,
    to_number(tempo) AS tempo_value,
    to_number(time_signature) AS time_signature_value,
    to_number(duration_ms) AS duration_ms_value
  FROM listed
),
checked AS (
  SELECT
    *,
    CASE
      WHEN says_nothing THEN ''
      WHEN regexp_matches(track_id, '^spotify:(?:local|episode|show):') THEN 'no-song'
      WHEN list_contains(getvariable('needs'), 'track_id') AND coalesce(id, '') = '' THEN 'track_id: a value'
      WHEN id <> '' AND NOT is_id(id) THEN 'track_id: an id of 1 to 64 ASCII characters without spaces'
      WHEN list_contains(getvariable('needs'), 'artist_id') AND coalesce(listed_id, '') = '' THEN 'artist_id: a value'
      WHEN listed_id <> '' AND NOT is_id(listed_id)
        THEN 'artist_id: an id of 1 to 64 ASCII characters without spaces'
      WHEN list_contains(getvariable('needs'), 'artist_ids') AND ids IS NULL AND artist_ids <> ''
        THEN 'artist_ids: a list [''a'', ''b'']'
      WHEN (list_contains(getvariable('needs'), 'artist_ids') AND coalesce(len(ids), 0) = 0)
        OR len(list_filter(ids, lambda text: NOT is_id(text))) > 0
        THEN 'artist_ids: ids of 1 to 64 ASCII characters'
      WHEN id <> '' AND coalesce(len(ids), 0) = 0 AND coalesce(len(names), 0) = 0 THEN CASE
        WHEN list_contains(getvariable('needs'), 'artist_names') AND names IS NULL AND artist_names <> ''
          THEN 'artist_names: a list [''a'', ''b'']'
        WHEN list_contains(getvariable('needs'), 'artist_names') THEN 'artist_names: at least one name'
        WHEN list_contains(getvariable('needs'), 'artist_name') THEN 'artist_name: a value'
      END
      WHEN is_outside(popularity, popularity_value, getvariable('bounds').popularity) THEN 'popularity'
      WHEN is_outside(followers, followers_value, getvariable('bounds').followers) THEN 'followers'
    END AS wrong_text,
    CASE
      WHEN is_outside(danceability, danceability_value, getvariable('bounds').danceability) THEN 'danceability'
      WHEN is_outside(energy, energy_value, getvariable('bounds').energy) THEN 'energy'
      WHEN is_outside("key", key_value, getvariable('bounds')."key") THEN 'key'
      WHEN is_outside(loudness, loudness_value, getvariable('bounds').loudness) THEN 'loudness'
      WHEN is_outside(mode, mode_value, getvariable('bounds').mode) THEN 'mode'
      WHEN is_outside(speechiness, speechiness_value, getvariable('bounds').speechiness) THEN 'speechiness'
      WHEN is_outside(acousticness, acousticness_value, getvariable('bounds').acousticness) THEN 'acousticness'
      WHEN is_outside(instrumentalness, instrumentalness_value, getvariable('bounds').instrumentalness)
        THEN 'instrumentalness'
      WHEN is_outside(liveness, liveness_value, getvariable('bounds').liveness) THEN 'liveness'
      WHEN is_outside(valence, valence_value, getvariable('bounds').valence) THEN 'valence'
      WHEN is_outside(tempo, tempo_value, getvariable('bounds').tempo) THEN 'tempo'
      WHEN is_outside(time_signature, time_signature_value, getvariable('bounds').time_signature)
        THEN 'time_signature'
      WHEN is_outside(duration_ms, duration_ms_value, getvariable('bounds').duration_ms) THEN 'duration_ms'
    END AS wrong_number
  FROM cleaned
)
SELECT
  line,
  coalesce(wrong_text, wrong_number) AS wrong,
  CASE WHEN wrong <> '' THEN CAST(to_json(checked) AS VARCHAR) END AS raw,
  nullif(id, '') AS track_id,
  track_name,
  TRY_CAST(popularity_value AS INTEGER) AS popularity,
  track_url,
  isrc,
  ids,
  names,
  nullif(trim(playlist), '') AS playlist,
  danceability_value AS danceability,
  energy_value AS energy,
  TRY_CAST(key_value AS INTEGER) AS "key",
  loudness_value AS loudness,
  TRY_CAST(mode_value AS INTEGER) AS mode,
  speechiness_value AS speechiness,
  acousticness_value AS acousticness,
  instrumentalness_value AS instrumentalness,
  liveness_value AS liveness,
  valence_value AS valence,
  tempo_value AS tempo,
  TRY_CAST(time_signature_value AS INTEGER) AS time_signature,
  TRY_CAST(duration_ms_value AS INTEGER) AS duration_ms,
  nullif(listed_id, '') AS artist_id,
  artist_name,
  artist_url,
  image_url,
  text_list(genres, CASE WHEN contains(genres, ';') THEN ';' ELSE ',' END) AS genres,
  TRY_CAST(followers_value AS BIGINT) AS followers
FROM checked
