-- Whether a shard is staged. Grain: one row; none where it is not. Inputs: the table of shards, the shard.
SELECT shard FROM ?? WHERE shard = ?
