-- Whether a text that is not blank is no number, or one outside its bounds ({min, max, isInteger}); value is its number.
CREATE OR REPLACE MACRO is_outside(text, value, bounds) AS
  CASE
    WHEN value IS NULL THEN NOT is_blank(text)
    ELSE value < bounds.min OR value > bounds.max OR (bounds.isInteger AND value <> trunc(value))
  END
