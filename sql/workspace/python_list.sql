-- The strings of a Python list literal (['a', "b's"]); null where a text is none. Where there is nothing to unescape the
-- engine splits it; read_python_list, which the reader provides, reads the others.
CREATE OR REPLACE MACRO python_list(text) AS
  CASE
    WHEN regexp_full_match(text, '\[''[^''"\\]*''(?:, ''[^''"\\]*'')*\]') THEN string_split(text[3:-3], ''', ''')
    WHEN text IS NOT NULL THEN CAST(CAST(read_python_list(text) AS JSON) AS VARCHAR[])
  END
