-- Lets go of a lock. Inputs: what it was for.
DO RELEASE_LOCK(CONCAT('soundalike-', ?, '-', LEFT(SHA2(DATABASE(), 256), 32)))
