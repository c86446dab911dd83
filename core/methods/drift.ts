import { byId } from '../text.ts';

/** Where artists stand: coordinates by id, as a ruler measures them. */
export type Positions = ReadonlyMap<string, readonly number[]>;

/** Two days of an artist. */
export interface TwoDays {
  /** The first day by its own ruler. */
  readonly first: Positions;
  /** The second day by the first day's ruler. */
  readonly secondByFirst: Positions;
  /** The second day by its own ruler. */
  readonly second: Positions;
  /** Ids of the artist's neighbours, the nearest first. */
  readonly firstNeighbours: readonly string[];
  readonly secondNeighbours: readonly string[];
}

/** What became of an artist between two days. */
export interface Drift {
  /** How far the artist itself has moved, by the first day's ruler. */
  moved: number;
  /** Neighbours of the second day alone, and of the first alone, in their order. */
  gained: string[];
  lost: string[];
  /** Artists of both days whose distances to the artist are compared in what follows. */
  compared: number;
  /** Mean change of these distances, without sign: as published, by one ruler alone, and what the ruler added. */
  changed: number;
  changedByMoving: number;
  changedByRuler: number;
  /** Of the last two, the second's share; 0 where nothing has changed. */
  rulerShare: number;
}

/**
 * Tells an artist's movement from the ruler's. A distance that was d₁ by the first day's ruler, is d₂ by the second's
 * and would be d₁₂ by the first's has changed by (d₁₂ - d₁) + (d₂ - d₁₂): by moving, and by the ruler. Null where the
 * artist is not there on both days.
 */
export function driftOf(artist: string, days: TwoDays): Drift | null {
  const [from, to, now] = [days.first, days.secondByFirst, days.second].map((day) => day.get(artist));
  if (!from || !to || !now) return null;
  const others = [...days.first.keys()].filter(
    (id) => id !== artist && days.secondByFirst.has(id) && days.second.has(id),
  );
  others.sort(byId);
  const sums = { changed: 0, moving: 0, ruler: 0 };
  for (const id of others) {
    const before = distance(from, days.first.get(id) as readonly number[]);
    const same = distance(to, days.secondByFirst.get(id) as readonly number[]);
    const after = distance(now, days.second.get(id) as readonly number[]);
    sums.changed += Math.abs(after - before);
    sums.moving += Math.abs(same - before);
    sums.ruler += Math.abs(after - same);
  }
  const count = Math.max(1, others.length);
  const [first, second] = [new Set(days.firstNeighbours), new Set(days.secondNeighbours)];
  return {
    moved: distance(from, to),
    gained: days.secondNeighbours.filter((id) => !first.has(id)),
    lost: days.firstNeighbours.filter((id) => !second.has(id)),
    compared: others.length,
    changed: sums.changed / count,
    changedByMoving: sums.moving / count,
    changedByRuler: sums.ruler / count,
    rulerShare: sums.ruler === 0 ? 0 : sums.ruler / (sums.moving + sums.ruler),
  };
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, f) => sum + (x - (b[f] as number)) ** 2, 0));
