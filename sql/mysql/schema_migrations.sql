-- Which migrations this database has had. Grain: a migration. Inputs: none.
CREATE TABLE IF NOT EXISTS schema_migrations (version INT NOT NULL PRIMARY KEY) ENGINE = InnoDB
