-- Notes that a shard is staged. Inputs: the table of shards, the shard, its neighbours.
INSERT INTO ?? (shard, pairs) VALUES (?, ?)
