-- Takes a lock of this database that lives with the connection. Grain: one row; taken is 1, or 0 where it took too long.
-- Inputs: what the lock is for, seconds to wait.
SELECT GET_LOCK(CONCAT('soundalike-', ?, '-', LEFT(SHA2(DATABASE(), 256), 32)), ?) AS taken
