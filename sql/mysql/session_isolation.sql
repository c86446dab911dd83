-- What a transaction reads, nobody changes until its end; reads outside of transactions wait for nobody. Inputs: none.
SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE
