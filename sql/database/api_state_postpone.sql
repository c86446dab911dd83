-- Stores the time before which a provider is not to be called, unless a later one is stored already.
-- Inputs: not_before, provider, not_before.
UPDATE api_state SET not_before = ? WHERE provider = ? AND (not_before IS NULL OR not_before < ?)
