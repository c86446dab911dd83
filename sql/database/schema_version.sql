-- The newest migration that this database has had. Grain: one row; version is null in a new database. Inputs: none.
SELECT max(version) AS version FROM schema_migrations
