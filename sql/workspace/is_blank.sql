-- Whether a text says nothing: null, blank, or one of the words for that.
CREATE OR REPLACE MACRO is_blank(text) AS
  text IS NULL OR lower(trim(text)) IN ('', 'na', 'nan', 'n/a', 'null', 'none')
