-- Whether a shard is staged. Grain: one row; none where it is not. Inputs: the shard.
SELECT shard FROM related_artists_loads WHERE shard = ?
