-- The finite number that a text is; null where it is none.
CREATE OR REPLACE MACRO to_number(text) AS
  CASE WHEN isfinite(TRY_CAST(text AS DOUBLE)) AND NOT contains(text, '_') THEN TRY_CAST(text AS DOUBLE) END
