import type { Xoshiro128 } from './random.ts';
import { type GivenSettings, settingsOf, type Word2VecSettings } from './settings.ts';

/**
 * What a search draws from, each value alike. Beyond these nothing was gained on real playlists, and time grows with
 * size, window and epochs.
 */
const SPACE = {
  cbow: [false, false, true],
  size: [32, 64, 100, 150],
  window: [3, 5, 10, 20, 40],
  exponent: [-1, -0.5, 0, 0.5, 0.75],
  epochs: [5, 10, 20, 40, 60],
  minCount: [1, 2, 3, 5],
  subsample: [0, 0.001, 0.0001],
  rate: [0.01, 0.025, 0.05, 0.1],
} as const satisfies GivenSettingsLists;

type GivenSettingsLists = { [K in keyof GivenSettings]: readonly NonNullable<GivenSettings[K]>[] };

/** Settings that may be better than `base`, those that are given being kept. */
export function drawSettings(
  given: GivenSettings,
  base: Word2VecSettings,
  random: Xoshiro128,
): Word2VecSettings {
  const drawn = Object.entries(SPACE).map(([name, values]) => [name, values[random.int(values.length)]]);
  return settingsOf({ ...Object.fromEntries(drawn), ...given }, base);
}

/** How much work an epoch's word is, times epochs, beside other settings: what is predicted, times what is drawn. */
export const costOf = ({ architecture, size, window, negatives, epochs }: Word2VecSettings): number =>
  (architecture === 'cbow' ? 1 + negatives + (window + 1) / 2 : (window + 1) * (1 + negatives)) *
  size *
  epochs;

/**
 * A race: at each of its stages one goes on where what it reached so far is among the best third of all that came
 * there, as in successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943), but for that none waits for others.
 */
export class Race {
  readonly #reached: number[][] = [];

  /** Whether one that reached so much at a stage, counted from 0, goes on. */
  goesOn(stage: number, reached: number): boolean {
    this.#reached[stage] ??= [];
    const all = this.#reached[stage];
    all.push(reached);
    const better = all.filter((other) => other > reached).length;
    return better < Math.max(1, all.length / 3);
  }
}
