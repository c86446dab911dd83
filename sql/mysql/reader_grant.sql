-- Lets a user read every table of this database, also those that a publish swaps in later. Grain: none.
-- Inputs: name.
GRANT SELECT ON * TO ?@'%'
