-- Notes which version of a day's runs the lake has. Inputs: the version, the day, the version again.
UPDATE run_days SET written = ? WHERE dt = ? AND written < ?
