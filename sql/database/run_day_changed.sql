-- Notes a change of a day's runs. Inputs: the day.
UPDATE run_days SET version = version + 1 WHERE dt = ?
