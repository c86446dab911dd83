-- Adds a neighbour. Inputs: artist_id, y_artist, distance, rank, confidence, reasons.
INSERT INTO related_artists (artist_id, y_artist, distance, rank_no, confidence, reasons) VALUES (?, ?, ?, ?, ?, ?)
