-- Makes a user, where there is none of that name. Grain: none.
-- Inputs: name, password.
CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?
