-- What every connection means, whatever the server's defaults. After a minute of silence the server lets go of it, and
-- of its locks, since a client may vanish without a word.
-- Inputs: seconds to wait for rows, seconds to wait for tables.
SET NAMES utf8mb4 COLLATE utf8mb4_bin,
  SESSION time_zone = '+00:00',
  SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
  SESSION wait_timeout = 60,
  SESSION innodb_lock_wait_timeout = ?,
  SESSION lock_wait_timeout = ?
