-- What is left of a provider's budget and patience. Grain: a provider. Inputs: provider.
SELECT provider, not_before, day, requests, capabilities
FROM api_state
WHERE provider = ?
