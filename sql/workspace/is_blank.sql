-- Whether a text says nothing: null, blank, or one of the words for that. As IN would, it would become a join for each use.
CREATE OR REPLACE MACRO is_blank(text) AS
  text IS NULL OR regexp_full_match(text, '(?i)\s*(?:na|nan|n/a|null|none)?\s*')
