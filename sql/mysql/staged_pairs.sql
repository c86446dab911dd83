-- How many neighbours are staged. Grain: one row. Inputs: the table of shards.
SELECT COALESCE(SUM(pairs), 0) AS pairs FROM ??
