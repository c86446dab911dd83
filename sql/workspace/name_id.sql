-- The id of an artist of whom only the name is known: the same whatever the case, width or spaces around it. fold_text,
-- which the reader provides, folds what is not ASCII.
CREATE OR REPLACE MACRO name_id(name) AS
  'name:' || left(sha256(CASE WHEN strlen(name) = length(name) THEN lower(name) ELSE fold_text(name) END), 32)
