-- An empty table of the shards whose neighbours are staged, each noted by the transaction that stages them.
-- Inputs: its name.
CREATE TABLE ?? (shard INT NOT NULL PRIMARY KEY, pairs BIGINT NOT NULL) ENGINE = InnoDB
