-- How many neighbours are staged. Grain: one row. Inputs: none.
SELECT COALESCE(SUM(pairs), 0) AS pairs FROM related_artists_loads
