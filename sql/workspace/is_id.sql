-- Whether a text may be an id: 1 to 64 printable ASCII characters without spaces.
CREATE OR REPLACE MACRO is_id(text) AS
  strlen(text) BETWEEN 1 AND 64 AND NOT regexp_matches(text, '[^!-~]')
