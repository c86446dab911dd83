-- Replaces the metadata of a known artist.
-- Inputs: name, folded name, url, image_url, followers, popularity, now, id.
UPDATE artists
SET name = ?, name_folded = ?, url = ?, image_url = ?, followers = ?, popularity = ?, refreshed_at = ?
WHERE id = ?
