import type { Truth } from './truth.ts';

/** How many nearest a score card looks at, at the most, and of these the first. */
export const SCORED = 50;
export const SHORT = 10;

/** What else than genres a score card holds neighbours against. */
export const TRUTHS = ['playlist', 'heldOutPlaylist', 'related'] as const;

/** A measure of neighbours, artist by artist. */
export interface Measure {
  readonly name: string;
  /** How many neighbours it looks at. */
  readonly k: number;
  /** Artists of whom nothing is known are neither asked of nor counted as neighbours. */
  readonly known: readonly boolean[];
  /** From 0 to 1, of an artist who is known and the first of its neighbours that are: at least one, at most k. */
  value(artist: number, nearest: readonly number[]): number;
}

/**
 * Genres: the share of neighbours that have one in common with the artist, and the mean overlap of theirs with the
 * artist's (|A ∩ B| / |A ∪ B|). `genres` come by row, as they are spelt; an artist without any is not known.
 */
export function genreMeasures(genres: readonly ReadonlySet<string>[], k: number): Measure[] {
  const known = genres.map(({ size }) => size > 0);
  const overlap = (a: number, b: number) => jaccard(genres[a] as Set<string>, genres[b] as Set<string>);
  return [
    {
      name: 'sharedGenre',
      k,
      known,
      value: (artist, nearest) => mean(nearest.map((row) => (overlap(artist, row) > 0 ? 1 : 0))),
    },
    {
      name: 'genreOverlap',
      k,
      known,
      value: (artist, nearest) => mean(nearest.map((row) => overlap(artist, row))),
    },
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** What a find at a place, counted from 0, is worth. */
const gain = (place: number): number => 1 / Math.log2(place + 2);

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const genre of a) if (b.has(genre)) shared += 1;
  return shared / (a.size + b.size - shared);
}

/**
 * How well neighbours find what is known to go with an artist, T of k neighbours being wanted. Recall: of T, the share
 * found. NDCG: a find at place p is worth 1 / log2(p + 1), over what the best order would reach. MRR: one over the place
 * of the first find, 0 where none is. An artist with whom nothing is known to go is not known.
 */
export function truthMeasures(name: string, truth: Truth, k: number): Measure[] {
  const known = truth.map(({ size }) => size > 0);
  // What the best order reaches, by how many there are to be found.
  const best = Float64Array.from({ length: k + 1 }, () => 0);
  for (let place = 0; place < k; place++) best[place + 1] = (best[place] as number) + gain(place);
  const found = (artist: number, nearest: readonly number[]) =>
    nearest.map((row) => truth[artist]?.has(row) === true);
  return [
    {
      name: `${name}Recall`,
      k,
      known,
      value: (artist, nearest) =>
        found(artist, nearest).filter(Boolean).length / (truth[artist]?.size as number),
    },
    {
      name: `${name}Ndcg`,
      k,
      known,
      value: (artist, nearest) => {
        const gained = found(artist, nearest).reduce((sum, is, place) => sum + (is ? gain(place) : 0), 0);
        return gained / (best[Math.min(k, truth[artist]?.size as number)] as number);
      },
    },
    {
      name: `${name}Mrr`,
      k,
      known,
      value: (artist, nearest) => {
        const place = found(artist, nearest).indexOf(true);
        return place === -1 ? 0 : 1 / (place + 1);
      },
    },
  ];
}
