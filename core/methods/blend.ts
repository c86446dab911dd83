import { type ItemIndex, ItemNeighbours, itemIndex } from '../recommend/items.ts';
import { TopRows } from '../vectors/nearest.ts';
import type { Playlists } from '../vectors/playlists.ts';
import { type Method, type Part, reasonsOfParts } from './method.ts';

/** Places of a list that count; what comes later adds nothing. */
export const DEPTH = 200;
/** How slowly a place loses its worth: a place p is worth 1 / (60 + p) (Cormack, Clarke and Büttcher 2009). */
const SLOWNESS = 60;
const worth = (place: number): number => 1 / (SLOWNESS + place);

/** Places, from 1, of the artists that go with one. */
type Places = ReadonlyMap<number, number>;

/**
 * The method `blend`: reciprocal ranks of a method by sound and of shared playlists, the latter times `weight`, added
 * up; the distance is 1 less their share of the most that can be reached. Not the same both ways. `playlists` are
 * those of the artists (`artistPlaylists`); an artist in none goes by sound alone.
 */
export class Blend implements Method {
  readonly name = 'blend';
  readonly ids: readonly string[];
  readonly #sound: Method;
  readonly #bySound: Int32Array;
  readonly #depth: number;
  readonly #weight: number;
  readonly #index: ItemIndex;
  readonly #byPlaylists: ItemNeighbours;

  /** `nearest` is what sound finds at that depth, where it is already there. */
  constructor(sound: Method, playlists: Playlists, weight: number, nearest = sound.nearest(DEPTH)) {
    const { k, rows } = nearest;
    this.ids = sound.ids;
    this.#sound = sound;
    this.#bySound = rows;
    this.#depth = k;
    this.#weight = weight;
    this.#index = itemIndex(playlists);
    this.#byPlaylists = new ItemNeighbours(this.#index);
  }

  nearest(k: number): ReturnType<Method['nearest']> {
    const n = this.ids.length;
    const kept = Math.max(0, Math.min(k, n - 1));
    const result = { n, k: kept, rows: new Int32Array(n * kept), distances: new Float64Array(n * kept) };
    for (let artist = 0; artist < n; artist++) {
      const { rows, similarities } = this.rank(artist, kept);
      result.rows.set(rows, artist * kept);
      result.distances.set(
        similarities.map((share) => 1 - share),
        artist * kept,
      );
    }
    return result;
  }

  /** The `k` nearest of one artist, at most all others, with the shares that they reach; ties by row. */
  rank(artist: number, k: number): ReturnType<TopRows['sorted']> {
    const [bySound, byPlaylists] = this.#places(artist);
    const best = worth(1) * (1 + this.#weight);
    const top = new TopRows(Math.min(k, this.ids.length - 1));
    for (let row = 0; row < this.ids.length; row++) {
      const share = (reached(bySound, row) + this.#weight * reached(byPlaylists, row)) / best;
      if (row !== artist && top.takes(share)) top.add(row, share);
    }
    return top.sorted();
  }

  /**
   * What keeps the distance from being 0: the places lost by sound, divided up as that method's reasons are, and those
   * lost by playlists, beside in how many playlists the two stand.
   */
  reasons(a: number, b: number): ReturnType<Method['reasons']> {
    const [bySound, byPlaylists] = this.#places(a);
    const lost = worth(1) - reached(bySound, b);
    const parts: Part[] = this.#sound
      .reasons(a, b)
      .map(({ share, ...rest }) => ({ ...rest, part: share * lost }));
    parts.push({
      feature: 'playlists',
      part: this.#weight * (worth(1) - reached(byPlaylists, b)),
      a: this.#count(a),
      b: this.#count(b),
    });
    return reasonsOfParts(parts);
  }

  #places(artist: number): [bySound: Places, byPlaylists: Places] {
    const bySound = this.#bySound.subarray(artist * this.#depth, (artist + 1) * this.#depth);
    return [placesOf(bySound), placesOf(this.#byPlaylists.nearest([artist], DEPTH).rows)];
  }

  /** In how many playlists an artist stands. */
  #count(artist: number): number {
    const { starts } = this.#index.playlistsOf;
    return (starts[artist + 1] as number) - (starts[artist] as number);
  }
}

const placesOf = (rows: Iterable<number>): Places =>
  new Map(Array.from(rows, (row, place) => [row, place + 1]));

function reached(places: Places, row: number): number {
  const place = places.get(row);
  return place === undefined ? 0 : worth(place);
}
