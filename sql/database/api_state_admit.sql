-- Counts one request, unless the provider asked to wait or the day's budget is used up.
-- Inputs: today, today, provider, now, today, the day's budget. Changes no row where the request is not admitted.
UPDATE api_state
SET requests = CASE WHEN day = ? THEN requests + 1 ELSE 1 END, day = ?
WHERE provider = ? AND (not_before IS NULL OR not_before <= ?) AND (day <> ? OR requests < ?)
