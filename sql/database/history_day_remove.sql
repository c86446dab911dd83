-- Notes that the plays of a day are in the lake. Inputs: the day.
DELETE FROM history_days WHERE dt = ?
