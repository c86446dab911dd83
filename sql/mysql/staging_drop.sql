-- Drops a table that publishing has left. Inputs: its name.
DROP TABLE IF EXISTS ??
