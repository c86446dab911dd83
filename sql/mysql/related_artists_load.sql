-- Loads a run's neighbours from the client's stream into the staging table. Grain of the stream: a neighbour.
-- Inputs: the table; the file name has no meaning.
LOAD DATA LOCAL INFILE 'related_artists' INTO TABLE ??
CHARACTER SET utf8mb4
FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'
(artist_id, y_artist, distance, rank_no, confidence, reasons)
