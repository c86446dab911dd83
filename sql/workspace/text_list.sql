-- The items of a list that is a Python literal, or else whose items a separator divides; blank items are left out.
CREATE OR REPLACE MACRO text_list(text, separator) AS
  CASE
    WHEN starts_with(ltrim(text), '[') AND python_list(text) IS NOT NULL THEN python_list(text)
    ELSE list_filter(list_transform(string_split(text, separator), lambda item: trim(item)), lambda item: item <> '')
  END
