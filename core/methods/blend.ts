import type { Steps } from '../long-work.ts';
import { type ItemIndex, ItemNeighbours, itemIndex } from '../recommend/items.ts';
import type { Neighbours } from '../similarity/neighbours.ts';
import { type Part, reasonsOfParts } from '../similarity/reasons.ts';
import { TopRows } from '../vectors/nearest.ts';
import type { Playlists } from '../vectors/playlists.ts';
import type { Method } from './method.ts';
import { RESAMPLES, type Redistance } from './resamples.ts';

/** Places of a list that count; what comes later adds nothing. */
export const DEPTH = 200;
/** How slowly a place loses its worth: a place p is worth 1 / (60 + p) (Cormack, Clarke and Büttcher 2009). */
const SLOWNESS = 60;
/** What the reasons call playlists; its values are in how many the two artists stand. */
const PLAYLISTS = 'playlists';
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
  readonly matrix = null;
  readonly ids: readonly string[];
  readonly features: readonly string[];
  readonly #sound: Method;
  readonly #bySound: Int32Array;
  readonly #depth: number;
  readonly #weight: number;
  readonly #index: ItemIndex;
  readonly #byPlaylists: ItemNeighbours;
  /** Of the artist that was asked of last, since one is asked of many times in a row. */
  #last: { artist: number; places: [bySound: Places, byPlaylists: Places] } | undefined;

  /** `nearest` is what sound finds at the depth `DEPTH`. */
  constructor(sound: Method, playlists: Playlists, weight: number, nearest: Neighbours) {
    const { k, rows } = nearest;
    this.ids = sound.ids;
    this.features = [...sound.features, PLAYLISTS];
    this.#sound = sound;
    this.#bySound = rows;
    this.#depth = k;
    this.#weight = weight;
    this.#index = itemIndex(playlists);
    this.#byPlaylists = new ItemNeighbours(this.#index);
  }

  *nearest(k: number): Steps<Neighbours> {
    const n = this.ids.length;
    const kept = Math.max(0, Math.min(k, n - 1));
    const result = { n, k: kept, rows: new Int32Array(n * kept), distances: new Float64Array(n * kept) };
    for (let artist = 0; artist < n; artist++) {
      yield { what: 'blending', done: artist, total: n };
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
    const reaching = new Set([...bySound.keys(), ...byPlaylists.keys()]);
    // Where these are too few, the others follow by row, with nothing reached.
    const rows = reaching.size > k ? [...reaching].sort((a, b) => a - b) : this.ids.keys();
    const top = new TopRows(Math.min(k, this.ids.length - 1));
    for (const row of rows) {
      const share = this.#share(bySound, byPlaylists, row);
      if (row !== artist && top.takes(share)) top.add(row, share);
    }
    return top.sorted();
  }

  distancesFrom(artist: number): Float64Array {
    const [bySound, byPlaylists] = this.#places(artist);
    return Float64Array.from(this.ids, (_, row) =>
      row === artist ? 0 : 1 - this.#share(bySound, byPlaylists, row),
    );
  }

  /**
   * The distances in each resample of the tracks: the places of the artist's nearest by sound are taken anew, equal
   * distances sharing one; the playlists stay.
   */
  redistance(sound: Redistance): Redistance {
    let current = -1;
    let bySound = new Map<number, Int32Array>();
    let byPlaylists: Places = new Map();
    return (a, b, distances) => {
      if (a !== current) {
        current = a;
        bySound = placesAnew(this.#soundRows(a), a, sound);
        [, byPlaylists] = this.#places(a);
      }
      const places = bySound.get(b);
      const reachedByPlaylists = this.#weight * reached(byPlaylists, b);
      const best = worth(1) * (1 + this.#weight);
      for (let s = 0; s < RESAMPLES; s++) {
        const reachedBySound = places ? worth(places[s] as number) : 0;
        distances[s] = 1 - (reachedBySound + reachedByPlaylists) / best;
      }
    };
  }

  #share(bySound: Places, byPlaylists: Places, row: number): number {
    const best = worth(1) * (1 + this.#weight);
    return (reached(bySound, row) + this.#weight * reached(byPlaylists, row)) / best;
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
      feature: PLAYLISTS,
      part: this.#weight * (worth(1) - reached(byPlaylists, b)),
      a: this.#count(a),
      b: this.#count(b),
    });
    return reasonsOfParts(parts);
  }

  #places(artist: number): [bySound: Places, byPlaylists: Places] {
    if (this.#last?.artist !== artist) {
      const byPlaylists = this.#byPlaylists.nearest([artist], DEPTH).rows;
      this.#last = { artist, places: [placesOf(this.#soundRows(artist)), placesOf(byPlaylists)] };
    }
    return this.#last.places;
  }

  #soundRows(artist: number): Int32Array {
    return this.#bySound.subarray(artist * this.#depth, (artist + 1) * this.#depth);
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

/** In each resample the place of each row among them: one more than there are nearer ones. */
function placesAnew(rows: Int32Array, artist: number, sound: Redistance): Map<number, Int32Array> {
  const distances = Array.from(rows, (row) => {
    const ofRow = new Float64Array(RESAMPLES);
    sound(artist, row, ofRow);
    return ofRow;
  });
  const places = new Map(Array.from(rows, (row) => [row, new Int32Array(RESAMPLES)]));
  const sorted = new Float64Array(rows.length);
  for (let s = 0; s < RESAMPLES; s++) {
    for (let r = 0; r < rows.length; r++) sorted[r] = distances[r]?.[s] as number;
    sorted.sort();
    for (let r = 0; r < rows.length; r++) {
      const place = 1 + nearer(sorted, distances[r]?.[s] as number);
      (places.get(rows[r] as number) as Int32Array)[s] = place;
    }
  }
  return places;
}

/** How many of sorted distances are less than one. */
function nearer(sorted: Float64Array, distance: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < distance) low = middle + 1;
    else high = middle;
  }
  return low;
}
