-- How many neighbours are served, and the sum of their distances. Grain: one row; none before the first run. Inputs: none.
SELECT published.run_id, totals.neighbours, totals.distances
FROM published
CROSS JOIN (SELECT count(*) AS neighbours, sum(distance) AS distances FROM related_artists) totals
