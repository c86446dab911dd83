-- Forgets the runs that tell what the user heard, but for those under way. Inputs: none.
DELETE FROM runs WHERE kind IN ('listening', 'recommendation', 'push') AND status IN ('done', 'failed')
