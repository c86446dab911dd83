/** Up to so many artists every pair is kept; above it each artist's nearest. */
export const ALL_PAIRS_UP_TO = 2000;
/** How many neighbours each artist gets where not all pairs are kept. */
export const DEFAULT_NEIGHBOURS = 50;
/** Share of the asked artists that must be comparable for a result to be published. */
export const DEFAULT_MIN_COVERAGE = 0.8;
/** How many closest pairs a result names. */
export const CLOSEST = 3;
/** Neighbours that a shard of a run has which is too large for one function. */
export const PAIRS_OF_A_SHARD = 10_000_000;
