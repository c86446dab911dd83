-- Lets one transaction at a time go on. Grain: one row, the first migration. Inputs: none.
SELECT version FROM schema_migrations WHERE version = 1 FOR UPDATE
