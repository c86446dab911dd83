-- A playlist of Exportify, a file each: artists by URI or id with commas between them, or by name alone with semicolons.
-- Layout: exportify
-- Needs: track_id, track_name, artist_names, added_at
-- Column track_id: track uri | spotify uri | spotify id | track id
-- Column artist_ids: artist uris | artist ids
-- Column artist_names: artist names
-- Column added_at: added at
SELECT
  * REPLACE (
    text_list(artist_ids, ',') AS ids,
    CASE
      WHEN trim(artist_names) = '' THEN NULL
      WHEN len(text_list(artist_ids, ',')) = 1 THEN [artist_names]
      ELSE text_list(artist_names, CASE WHEN artist_ids IS NULL OR contains(artist_names, ';') THEN ';' ELSE ',' END)
    END AS names,
    file_name AS playlist
  )
FROM given
