-- Notes the first change of a day's runs. Inputs: the day.
INSERT INTO run_days (dt, version, written, staged) VALUES (?, 1, 0, NULL)
