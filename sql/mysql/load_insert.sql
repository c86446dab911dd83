-- Notes that a shard is staged. Inputs: the shard, its neighbours.
INSERT INTO related_artists_loads (shard, pairs) VALUES (?, ?)
