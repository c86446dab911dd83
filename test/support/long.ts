/** How many times a test tries its luck: few in `npm test`, all in `npm run test:long`. */
export const times = (few: number, all: number): number => (process.env.SOUNDALIKE_LONG_TESTS ? all : few);
