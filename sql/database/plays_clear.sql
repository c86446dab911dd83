-- Forgets every play. Inputs: none.
DELETE FROM recently_played
