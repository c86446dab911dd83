import type { Measured } from './card.ts';
import { genreMeasures, SCORED, SHORT, TRUTHS, truthMeasures } from './measures.ts';

/** A measure that has to hold for a run to be published. */
export interface Watched {
  readonly name: string;
  readonly k: number;
  /** What it must at least reach; null: only what was published last counts. */
  readonly floor: number | null;
}

/** The measures that a score card may have. */
export const MEASURES: readonly string[] = [
  ...genreMeasures([], SHORT),
  ...TRUTHS.flatMap((truth) => [SHORT, SCORED].flatMap((k) => truthMeasures(truth, [], k))),
].map(({ name, k }) => `${name}@${k}`);

/** How a watched measure is written: `sharedGenre@10`, or with a floor `sharedGenre@10>=0.4`. */
export const WATCHED = /^([A-Za-z]+)@([1-9]\d{0,3})(?:>=(0|1|0?\.\d+|1\.0+))?$/;

/** The measure of such a text, which has to be one. */
export function watchedOf(text: string): Watched {
  const [, name = '', k, floor] = WATCHED.exec(text) ?? [];
  return { name, k: Number(k), floor: floor === undefined ? null : Number(floor) };
}

/**
 * Why a run must not be published, a line a reason; empty where it may. A watched measure blocks where it cannot be
 * computed, is below its floor, or is below the lower end of the interval of the run that was published last, where that
 * has it.
 */
export function gate(
  watched: readonly Watched[],
  card: readonly Measured[],
  last: readonly Measured[] | null,
): string[] {
  return watched.flatMap((wanted) => {
    const is = (measured: Measured) => measured.name === wanted.name && measured.k === wanted.k;
    const title = `${wanted.name} at ${wanted.k}`;
    const now = card.find(is);
    if (!now) {
      return `${title} cannot be computed: nothing is known of the artists that it rests on, or the method itself goes by it (blend by playlists: watch heldOutPlaylist… there)`;
    }
    const before = last?.find(is);
    const reasons: string[] = [];
    if (wanted.floor !== null && now.value < wanted.floor) {
      reasons.push(`${title} is ${figure(now.value)}, below its floor of ${wanted.floor}`);
    }
    if (before && now.value < before.low) {
      reasons.push(
        `${title} is ${figure(now.value)}, below the interval of the last published run, ` +
          `${figure(before.value)} [${figure(before.low)}, ${figure(before.high)}]`,
      );
    }
    return reasons;
  });
}

const figure = (value: number): string => value.toFixed(4);
