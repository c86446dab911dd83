/** What all that is random in a comparison begins with: the same day gives the same numbers. */
export const SEED = 1;
