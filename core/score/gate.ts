import type { Measured } from './card.ts';

/** A measure that has to hold for a run to be published. */
export interface Watched {
  readonly name: string;
  readonly k: number;
  /** What it must at least reach; null: only what was published last counts. */
  readonly floor: number | null;
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
    if (!now) return `${title} cannot be computed: nothing is known of the artists that it rests on`;
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
