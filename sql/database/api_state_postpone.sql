-- Stores the time before which a provider is not to be called. Inputs: not_before, provider.
UPDATE api_state SET not_before = ? WHERE provider = ?
