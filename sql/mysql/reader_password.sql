-- Gives a user another password. Grain: none.
-- Inputs: name, password.
ALTER USER ?@'%' IDENTIFIED BY ?
