-- The first state of a provider. Inputs: provider.
INSERT INTO api_state (provider, not_before, day, requests, capabilities) VALUES (?, NULL, '', 0, '{}')
