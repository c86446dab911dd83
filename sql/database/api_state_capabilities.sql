-- Stores what a provider was found to refuse. Inputs: capabilities, provider.
UPDATE api_state SET capabilities = ? WHERE provider = ?
