-- Adds an artist, not followed yet.
-- Inputs: id, name, folded name, url, image_url, followers, popularity, provider, now, now.
INSERT INTO artists
  (id, name, name_folded, url, image_url, followers, popularity, followed, provider, added_at, refreshed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
