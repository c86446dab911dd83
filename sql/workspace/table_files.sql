-- The files of an imported dataset, in the order read: what `source` their rows get, and the dataset of their playlists.
CREATE TABLE files (file INTEGER, source VARCHAR, dataset VARCHAR)
