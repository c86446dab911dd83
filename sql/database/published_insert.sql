-- Names the run whose result is served. Inputs: run_id, dt, method, parameters.
INSERT INTO published (run_id, dt, method, parameters) VALUES (?, ?, ?, ?)
