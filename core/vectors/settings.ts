import * as z from 'zod';

/** How vectors are trained. */
export interface Word2VecSettings {
  /** Skip-gram (a neighbour tells the track) or continuous bag of words (the mean of the neighbours tells it). */
  architecture: 'skip-gram' | 'cbow';
  /** Numbers in a vector. */
  size: number;
  /** How many places to each side count as near; for each place a reach of 1 to so many is drawn. */
  window: number;
  /** Tracks drawn against each that is there. */
  negatives: number;
  /** Negatives are drawn by count to this power: 1 as often as they are, 0 all alike, below 0 the rare more often. */
  exponent: number;
  /** Passes over the playlists. */
  epochs: number;
  /** Tracks that stand in the playlists less often get no vector. */
  minCount: number;
  /** Frequency above which a track is passed over at random; 0: never. */
  subsample: number;
  /** Learning rate at the beginning; it falls on a straight line. */
  rate: number;
  /** Learning rate at the end. */
  lastRate: number;
  /** 32-bit. */
  seed: number;
}

/** As `Word2VecSettings`, of what was stored. */
export const StoredSettings: z.ZodType<Word2VecSettings> = z.strictObject({
  architecture: z.enum(['skip-gram', 'cbow']),
  size: z.int().positive(),
  window: z.int().positive(),
  negatives: z.int().nonnegative(),
  exponent: z.number(),
  epochs: z.int().nonnegative(),
  minCount: z.int().positive(),
  subsample: z.number().nonnegative(),
  rate: z.number(),
  lastRate: z.number(),
  seed: z.int(),
});

/** Settings as they are asked for; what is left out is as it is. */
export type GivenSettings = Partial<Omit<Word2VecSettings, 'architecture' | 'lastRate'>> & { cbow?: boolean };

/** What is used unless said otherwise; docs/method.md tells how it was found. */
const DEFAULTS: Word2VecSettings = {
  architecture: 'skip-gram',
  size: 64,
  window: 20,
  negatives: 5,
  exponent: -0.5,
  epochs: 40,
  minCount: 1,
  subsample: 0,
  rate: 0.05,
  lastRate: 0.0001,
  seed: 1,
};

/** The settings that are given, by name, and those of `base`, the defaults, for the others. */
export function settingsOf({ cbow, ...given }: GivenSettings, base = DEFAULTS): Word2VecSettings {
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const architecture = cbow === undefined ? base.architecture : cbow ? 'cbow' : 'skip-gram';
  return { ...base, ...Object.fromEntries(known), architecture };
}

/**
 * The name of a model that was trained so, which is its partition in the lake: every setting that changes its numbers,
 * in letters, digits, dots and dashes. `sgs` is skip-gram with shared negatives; `sg` was without. Of several threads
 * the name tells how many, since no two such models have the same numbers.
 */
export const modelName = (settings: Word2VecSettings, threads: number): string =>
  [
    settings.architecture === 'cbow' ? 'cbow' : 'sgs',
    `d${settings.size}`,
    `w${settings.window}`,
    `n${settings.negatives}`,
    `x${settings.exponent}`,
    `e${settings.epochs}`,
    `m${settings.minCount}`,
    `t${settings.subsample}`,
    `r${settings.rate}`,
    `s${settings.seed}`,
    ...(threads > 1 ? [`p${threads}`] : []),
  ].join('-');
