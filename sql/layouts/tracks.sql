-- Any table of tracks: with whose they are, with their names, with audio features, or with all of these.
-- Layout: tracks
-- Needs: track_id, artist_ids or artist_names or artist_name or track_name
-- Lists may be Python literals, or have ; or , or | between their items. A single name is never divided; names in the
-- plural are divided at commas only where the file has no semicolon among them.
WITH given_lists AS (
  SELECT
    *,
    coalesce(artist_names, artist_name) AS who,
    text_list(
      artist_ids,
      CASE WHEN contains(artist_ids, ';') THEN ';' WHEN contains(artist_ids, '|') THEN '|' ELSE ',' END
    ) AS id_list
  FROM given
)
SELECT
  * EXCLUDE (who, id_list) REPLACE (
    id_list AS ids,
    CASE
      WHEN who IS NULL OR trim(who) = '' THEN NULL
      WHEN starts_with(who, '[') AND python_list(who) IS NOT NULL THEN python_list(who)
      WHEN len(id_list) = 1 OR (id_list IS NULL AND artist_names IS NULL) THEN [who]
      WHEN contains(who, ';') OR (id_list IS NULL AND (SELECT bool_or(contains(artist_names, ';')) FROM given))
        THEN text_list(who, ';')
      WHEN contains(who, '|') THEN text_list(who, '|')
      ELSE text_list(who, ',')
    END AS names
  )
FROM given_lists
