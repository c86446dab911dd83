-- Notes that a migration was made. Inputs: version.
INSERT INTO schema_migrations (version) VALUES (?)
