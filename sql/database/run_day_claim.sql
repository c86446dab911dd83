-- Names the staged copy that may take its place, unless the day's runs have changed. Inputs: the copy, the day, its version.
UPDATE run_days SET staged = ? WHERE dt = ? AND version = ?
