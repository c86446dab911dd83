-- The artists that one provider brought. Grain: an artist. Inputs: provider (spotify, stand-in, dataset).
SELECT id FROM artists WHERE provider = ? ORDER BY id
