/** How many times a test tries its luck: few in `npm test`, all in `npm run test:long`. */
export const times = (few: number, all: number): number => (process.env.SOUNDALIKE_LONG_TESTS ? all : few);

/** What fast-check is told: how many times, and always with the same luck, so that nothing fails by chance. */
export const tries = (few = 100, all = few): { numRuns: number; seed: number } => ({
  numRuns: times(few, all),
  seed: 20_261_122,
});
