-- Whose the staging tables are. Grain: one row; none before they are filled. Inputs: none.
SELECT run_id FROM published_next
