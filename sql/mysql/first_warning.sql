-- Why the last statement warned. Grain: its first warning. Inputs: none.
SHOW WARNINGS LIMIT 1
