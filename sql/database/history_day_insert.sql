-- Notes that the plays of a day are to be written to the lake. Inputs: the day.
INSERT INTO history_days (dt) VALUES (?)
